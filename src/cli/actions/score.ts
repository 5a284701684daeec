import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { rewardsOf, scoreLines } from "../../reward/scoreRows.ts"
import type { Variant } from "../../task/variant.ts"
import { from, invalid, usage } from "../Failure.ts"

export interface Options {
  readonly file: string
  readonly rewards: string
  readonly variant: Variant
}

/** Results are written in pieces of about this many characters. */
const pieceSize = 1 << 16

const write = async (lines: AsyncIterable<string>): Promise<void> => {
  let piece = ""
  for await (const line of lines) {
    piece += `${line}\n`
    if (piece.length < pieceSize) continue
    if (!process.stdout.write(piece)) await once(process.stdout, "drain")
    piece = ""
  }
  if (piece !== "") await new Promise<void>((resolve) => process.stdout.write(piece, () => resolve()))
}

const open = (file: string): Effect.Effect<NodeJS.ReadableStream, unknown> =>
  file === "-" ? Effect.succeed(process.stdin) : Effect.tryPromise({
    try: async () => {
      const stream = fs.createReadStream(file)
      await once(stream, "open")
      return stream
    },
    catch: (cause) =>
      invalid(
        `${file} cannot be read (${
          cause instanceof Error ? cause.message : String(cause)
        }). Name a file of JSON lines, or - for stdin.`
      )
  })

/** Scores rows of a file or of stdin, in order, in memory that does not grow with their number. */
export const score = Effect.fn("score")(function*(options: Options) {
  const names = options.rewards.split(",").map((name) => name.trim()).filter((name) => name !== "")
  if (names.length === 0) return yield* usage("--rewards names no reward; give some, separated by commas.")
  const rewards = yield* Effect.try({
    try: () => rewardsOf(names, options.variant),
    catch: (cause) => usage(from(cause).message)
  })
  const input = yield* open(options.file)
  const lines = createInterface({ input, crlfDelay: Infinity })
  yield* Effect.tryPromise({
    try: () => write(scoreLines(lines, rewards)),
    catch: (cause) =>
      invalid(`${options.file} could not be read to its end: ${cause instanceof Error ? cause.message : String(cause)}`)
  })
})
