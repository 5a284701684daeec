/** Scores rows of a file or of stdin, in order, in memory that does not grow with their number. */
import { once } from "node:events"
import * as Effect from "effect/Effect"
import { rewardsCalled, type Scored, scoreFile, summarise, type Summary, toJson } from "../../workspace/judge.ts"
import { usage, invalid } from "../failure.ts"
import { checkLeast, checkNames, type Least } from "../least.ts"
import { printJson, say, write } from "../output.ts"
import { checkTwice, rewardNames } from "../rewardNames.ts"

interface Options {
  readonly file: string
  readonly rewards: string
  readonly variant: "faithful" | "fixed"
  readonly summary: boolean
  readonly strict: boolean
  readonly failUnder: ReadonlyArray<Least>
}

/** Results are written in pieces of about this many characters. */
const pieceSize = 1 << 16

const complaint = ({ failed, rows }: Summary): string =>
  `${failed} of ${rows} rows could not be read or scored; see \`error\` and \`errors\` in them.`

export const score = Effect.fn("score")(function*(options: Options) {
  const names = yield* rewardNames(options.rewards)
  const rewards = yield* rewardsCalled(names, options.variant).pipe(
    Effect.mapError((error) => error._tag === "InvalidConfig" ? usage(error.message) : error)
  )
  const parts = rewards.flatMap(({ partNames }) => partNames)
  yield* checkTwice(parts, "scores", "a row of them")
  yield* checkNames(parts, options.failUnder)
  const { add, summary } = summarise()
  let piece = ""
  const take = (scored: Scored): void | Promise<void> => {
    add(scored)
    if (options.summary) return
    piece += `${toJson(scored)}\n`
    if (piece.length < pieceSize) return
    const taken = process.stdout.write(piece)
    piece = ""
    if (!taken) return once(process.stdout, "drain").then(() => {})
  }
  yield* scoreFile(options.file, rewards, take)
  yield* write(piece)
  const found = summary()
  if (options.summary) yield* printJson(found)
  if (found.failed > 0) {
    if (options.strict) return yield* invalid(complaint(found))
    yield* say(`assay: ${complaint(found)}`)
  }
  yield* checkLeast(found.means, options.failUnder)
})
