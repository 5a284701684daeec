/** Which recorded answer belongs to which question. */
import { basename } from "node:path"
import * as Result from "effect/Result"
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

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`

/** Rows that fit the same questions, and what came of them in one round. */
interface Given {
  readonly rows: ReadonlyArray<Recorded>
  given: number
  readonly texts: Set<string>
}

const remedy = "Name the columns by which rows are told apart (image, question), or ask all that the file answers and nothing else: no filter, no limit, the data set in its order."

/** The answers of one round of questions, in the order in which they are asked. What is wrong is said in words that follow the file's name. */
export interface Answers {
  readonly to: (question: Question, n: number) => Result.Result<ReadonlyArray<Recorded>, string>
  /** What is wrong once all questions were asked. */
  readonly fault: () => string | undefined
}

/**
 * Finds `n` answers to each question: those of its image where rows name images, and of its wording where they have questions. Where
 * image and wording tell rows apart, there may be more rows than are asked for. Of others that fit alike, each is given once, in order,
 * and as many must be asked for as there are: one question more or less, and each answer after it would be another's.
 */
export const finder = (rows: ReadonlyArray<Recorded>) => {
  const byImage = rows.some(({ image }) => image !== undefined) ? Map.groupBy(rows, ({ image = "" }) => image) : undefined
  const worded = rows.some(({ question }) => question !== undefined)
  const apart = byImage !== undefined && worded
  const called = ({ image, question }: Recorded): string =>
    [image, question === undefined ? undefined : JSON.stringify(question)].filter((word) => word !== undefined).join(", ") || "no column but their order"
  const begin = (): Answers => {
    const groups = new Map<string, Given>()
    return {
      to: (question, n) => {
        const image = byImage === undefined ? "" : basename(question.images[0] ?? "")
        const text = plain(textsIn(question.messages).join(" "))
        const about = byImage === undefined ? rows : byImage.get(image) ?? []
        const fitting = worded ? asked(about, text) : about
        if (fitting.length < n) {
          const pictures = question.images.map((path) => basename(path)).join(", ") || "no image"
          return Result.fail(
            `has not the ${n === 1 ? "answer" : `${n} answers`} wanted to a question about ${pictures}. It must answer all that is asked: ` +
              "evaluate on fewer examples, or name the columns by which its rows are told apart (image, question), or their order."
          )
        }
        const key = `${image}\n${worded ? fitting[0]!.question : ""}`
        const group = groups.get(key) ?? { rows: fitting, given: 0, texts: new Set() }
        groups.set(key, group)
        if (apart) group.texts.add(text)
        // the same question about the same image has the same answers; another that finds them has only a part in common
        if (group.given + n > fitting.length && group.texts.size !== 1) {
          return Result.fail(`has ${count(fitting.length, "row")} by ${called(fitting[0]!)}, and more answers are wanted of them. ${remedy}`)
        }
        const start = group.given
        group.given += n
        return Result.succeed(Array.from({ length: n }, (_, i) => fitting[(start + i) % fitting.length]!))
      },
      fault: () => {
        const left = apart ? undefined : [...groups.values()].find(({ given, rows }) => given < rows.length)
        return left &&
          `has ${count(left.rows.length, "row")} by ${called(left.rows[0]!)}, and ${count(left.given, "answer")} ` +
            `${left.given === 1 ? "is" : "are"} wanted of them: which belongs to which question cannot be told. ${remedy}`
      }
    }
  }
  /** Whether nothing but their order tells some rows apart. */
  const ordered = !apart && new Set(rows.map(({ image, question }) => JSON.stringify([image, question]))).size < rows.length
  /** What is wrong with a round of so many questions, of which not one was asked yet. */
  const unfit = (questions: number, n: number): string | undefined =>
    byImage !== undefined || worded || questions * n === rows.length
      ? undefined
      : `has ${count(rows.length, "row")}, which only their order tells apart, and ${count(questions * n, "answer")} are wanted of it. ${remedy}`
  return { begin, ordered, unfit }
}
