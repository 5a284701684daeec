/** Which recorded answer belongs to which question. */
import { basename } from "node:path"
import { type Question, textsIn } from "../../model/message.ts"

export interface Recorded {
  readonly answer: string
  readonly finishReason: "stop" | "length"
  /** File name of the image. */
  readonly image?: string
  /** What was asked, or a part of it. */
  readonly question?: string
}

/** Spaces and line breaks are one space: templates and logs differ in them. */
export const plain = (text: string): string => text.replace(/\s+/g, " ").trim()

/** The rows of the longest question that the text contains: "the dog" is part of "the dog on the left", too. */
const asked = (rows: ReadonlyArray<Recorded>, text: string): ReadonlyArray<Recorded> => {
  let longest: string | undefined
  for (const { question } of rows) {
    if (question !== undefined && (longest === undefined || question.length > longest.length) && text.includes(question)) longest = question
  }
  return rows.filter(({ question }) => question === longest && longest !== undefined)
}

/**
 * Finds `n` answers to each question asked: those of its image where rows name images, of its wording where they have questions, and
 * the next ones in order where they have neither. Of several that fit, those that were not given yet come first; after the last, the
 * first again, so that two evaluations of one data set both find them. Undefined where fewer than `n` fit.
 */
export const finder = (rows: ReadonlyArray<Recorded>) => {
  const byImage = rows.some(({ image }) => image !== undefined) ? Map.groupBy(rows, ({ image = "" }) => image) : undefined
  const worded = rows.some(({ question }) => question !== undefined)
  const given = new Map<string, number>()
  return (question: Question, n: number): ReadonlyArray<Recorded> | undefined => {
    const image = byImage === undefined ? "" : basename(question.images[0] ?? "")
    const about = byImage === undefined ? rows : byImage.get(image) ?? []
    const fitting = worded ? asked(about, plain(textsIn(question.messages).join(" "))) : about
    if (fitting.length < n) return undefined
    const key = `${image}\n${worded ? fitting[0]!.question : ""}`
    const start = given.get(key) ?? 0
    // in order alone, more questions than answers are no second round
    if (byImage === undefined && !worded && start + n > rows.length) return undefined
    given.set(key, start + n)
    return Array.from({ length: n }, (_, i) => fitting[(start + i) % fitting.length]!)
  }
}
