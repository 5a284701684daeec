/** JSON from a database: what somebody else wrote need not be any. */

/** The value that it stands for, or the text itself where it stands for none. */
export const valueOf = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

/** A value to be read: a text as it is, all else indented. */
export const indented = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value, null, 1)
