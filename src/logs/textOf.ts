/** Prompts and completions as text, whether a trainer logs them as texts or as messages. */

const isObject = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === "object" && value !== null

/** A piece of a message: its text, or what it is instead, such as `<image>`. */
const pieceOf = (piece: unknown): string => {
  if (typeof piece === "string") return piece
  if (!isObject(piece)) return ""
  return typeof piece["text"] === "string" ? piece["text"] : typeof piece["type"] === "string" ? `<${piece["type"]}>` : ""
}

const contentOf = (content: unknown): string => Array.isArray(content) ? content.map(pieceOf).join("") : pieceOf(content)

/** The text of a text or of a list of messages; undefined for anything else. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return value
  if (!Array.isArray(value) || value.length === 0 || !value.every((one) => isObject(one) && typeof one["role"] === "string")) return undefined
  const messages = value as ReadonlyArray<{ readonly role: string; readonly content?: unknown }>
  if (messages.length === 1) return contentOf(messages[0]!.content)
  return messages.map(({ content, role }) => `${role}: ${contentOf(content)}`).join("\n")
}
