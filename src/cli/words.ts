/** The words of a command line, so that what a user means as a value is not taken for a flag. */

/** Flags whose values are paths, which may start with a dash. */
const paths = ["--db", "--detections", "--fix", "--out", "--tokenizer", "--truth"]

/** SQL that opens with a comment gets a space, and a path that starts with a dash is tied to its flag. */
export const words = (given: ReadonlyArray<string>): ReadonlyArray<string> => {
  const taken: Array<string> = []
  for (const word of given) {
    const flag = taken.at(-1)
    if (flag !== undefined && paths.includes(flag) && /^-[^-]/.test(word)) taken[taken.length - 1] = `${flag}=${word}`
    else taken.push(/^--\s/.test(word) ? ` ${word}` : word)
  }
  return taken
}
