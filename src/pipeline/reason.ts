/** Why something failed, in words. */
import * as Cause from "effect/Cause"

/** What an error says, whatever it is that was thrown. */
export const reasonOf = (error: unknown): string => {
  const says = typeof error === "object" && error !== null && "message" in error && error.message !== ""
  return String(says ? error.message : error)
}

/** The code of an error of the system or of a library, such as ENOENT; "" where it has none. */
export const codeOf = (error: unknown): string => typeof error === "object" && error !== null && "code" in error ? String(error.code) : ""

/** What an error of `fetch` says, whose own words are always that it failed: why stands in its cause. */
export const fetchReasonOf = (error: unknown): string => reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error)

/** One paragraph that says why something failed: the message of its error, or of what was thrown. */
export const messageOf = (cause: Cause.Cause<unknown>): string => reasonOf(Cause.squash(cause))
