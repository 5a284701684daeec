/** Files and folders that the system refuses: what to do about it, and who else it will meet. */
import { codeOf, reasonOf } from "./reason.ts"

/** What to do, by the system's code: of those errors that every file in the same place would meet. */
const remedies: { readonly [code: string]: string } = {
  ENOSPC: "The disk is full. Free some space and run again: what is finished stays.",
  EDQUOT: "Your share of the disk is used up. Free some space and run again: what is finished stays.",
  EACCES: "Give write permission on the folder (chmod u+w), or work in another one.",
  EPERM: "Give write permission on the folder (chmod u+w), or work in another one.",
  EROFS: "The file system is read-only. Work on another one."
}

/** Why a file could not be read or written, and what to do. */
export const troubleOf = (cause: unknown): string =>
  `(${reasonOf(cause)}). ${remedies[codeOf(cause)] ?? "Check the disk and the space left on it."}`

/**
 * Whether whatever comes next would fail in the same way, so that a study need not try all of its runs: the disk is full or
 * may not be written. An error says so in a property `everybodys`, or by what caused it.
 */
export const isEverybodys = (error: unknown): boolean => {
  if (typeof error !== "object" || error === null) return false
  if ("everybodys" in error) return error.everybodys === true
  return codeOf(error) in remedies || ("cause" in error && isEverybodys(error.cause))
}
