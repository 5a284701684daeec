/** Why something failed, in words. */
import * as Cause from "effect/Cause"

/** What an error says, whatever it is that was thrown. */
export const reasonOf = (error: unknown): string => {
  const says = typeof error === "object" && error !== null && "message" in error && error.message !== ""
  return String(says ? error.message : error)
}

/** The same of what `fetch` threw, whose own words are always that it failed: why stands in its cause. */
export const fetchReasonOf = (error: unknown): string => reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error)

/** One paragraph that says why something failed: the message of its error, or of what was thrown. */
export const messageOf = (cause: Cause.Cause<unknown>): string => reasonOf(Cause.squash(cause))
