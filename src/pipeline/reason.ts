import * as Cause from "effect/Cause"

/** One paragraph that says why something failed: the message of its error, or of what was thrown. */
export const messageOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  const hasMessage = typeof error === "object" && error !== null && "message" in error && error.message !== ""
  return String(hasMessage ? error.message : error)
}
