/** What the numbers of a column mean, as Hugging Face's `datasets` writes it into a file. */

/** Names of the classes of a column, a dot leading into a struct; undefined where the features say none. */
export const classNames = (features: string | undefined, column: string): ReadonlyArray<string> | undefined => {
  try {
    let at = JSON.parse(features ?? "").info.features
    for (const name of column.split(".")) {
      at = (at.feature ?? at)[name]
      if (Array.isArray(at)) at = at[0] // a list of structs as older versions write it
    }
    const names: unknown = (at.feature ?? at).names
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined
  } catch {
    return undefined // no such column, or no features
  }
}
