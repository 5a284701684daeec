/** Judging what others made: rows of completions by rewards, files of detections by COCO's measures. */
import { once } from "node:events"
import { createReadStream } from "node:fs"
import * as Effect from "effect/Effect"
import { InvalidConfig } from "../pipeline/Errors.ts"
import { reasonOf } from "../pipeline/reason.ts"
import { Generated } from "../pipeline/run/services.ts"
import { type Line, longestRow, rewardNamed, type Scored, scoreRow, scoreRows } from "../reward/scoreRows.ts"
import { DataError } from "../task/dataError.ts"
import { lines } from "../task/lines.ts"
import { looksUp } from "../task/lookUp.ts"
import type { Reward } from "../task/reward.ts"
import type { Variant } from "../task/variant.ts"
import { importModule } from "./loadStudy.ts"
import { at } from "./workspace.ts"

export { cocoNames, evaluateFiles, type FileEvaluation } from "../evaluate/files.ts"
export { type Scored, summarise, type Summary, toJson } from "../reward/scoreRows.ts"

const isReward = (value: unknown): value is Reward =>
  typeof value === "object" && value !== null && "score" in value && typeof value.score === "function"

/** A reward that a user's module exports: itself, or a constructor that needs no config. */
const ownReward = Effect.fnUntraced(function*(file: string, name: string) {
  const exported = (yield* importModule(file, "reward"))[name]
  const made = yield* Effect.try({
    try: (): unknown => typeof exported === "function" ? exported() : exported,
    catch: (cause) => new InvalidConfig({ stage: name, message: `${file}#${name}: ${reasonOf(cause)}` })
  })
  if (isReward(made)) return made
  const message = `${file} exports no reward called "${name}". Write \`export const ${name} = Reward.define({ ... })\`.`
  return yield* new InvalidConfig({ stage: name, message })
})

/** Rewards by their names, or as `./mine.ts#brevity` in a module of one's own. Fails with `InvalidConfig`, `StudyError`. */
export const rewardsCalled = (wanted: ReadonlyArray<string>, variant: Variant) =>
  Effect.forEach(wanted, (name) => {
    const [, file, own] = /^(.+\.[cm]?[jt]s)#(.+)$/.exec(name) ?? []
    return file !== undefined && own !== undefined ? ownReward(file, own) : Effect.try({
      try: () => rewardNamed(name, variant),
      catch: (cause) => cause instanceof InvalidConfig ? cause : new InvalidConfig({ stage: name, message: reasonOf(cause) })
    })
  })

const open = (file: string): Effect.Effect<AsyncIterable<Uint8Array>, DataError> =>
  file === "-" ? Effect.succeed(process.stdin) : Effect.tryPromise({
    try: async () => {
      const stream = createReadStream(file)
      await once(stream, "open")
      return stream
    },
    catch: (cause) =>
      new DataError({
        path: file,
        message: `${file} cannot be read (${reasonOf(cause)}). Name a file of JSON lines, or - for stdin.`
      })
  })

/** Rows that are looked up at a time, where a reward has to. */
const together = 64

/**
 * What other models said of rows, so that nobody asks them twice: kept where runs on the working folder's database keep it.
 */
export const answersKept = Effect.provideService(Generated, { folder: at(process.env["ASSAY_DB"] || "runs.db").generated })

/**
 * Scores the rows of a file of JSON lines, or of stdin (`-`), in order and in bounded memory; empty lines are skipped but
 * counted. `take` gets every row, and is waited for.
 */
export const scoreFile = Effect.fn("Workspace.scoreFile")(
  function*(file: string, rewards: ReadonlyArray<Reward>, take: (scored: Scored) => void | Promise<void>) {
    const chunks = yield* open(file)
    const looking = looksUp(rewards)
    const run = Effect.runPromiseWith(yield* Effect.context<never>())
    const takeAll = async (held: ReadonlyArray<Line>): Promise<void> => {
      for (const scored of await run(scoreRows(held, rewards))) await take(scored)
    }
    yield* Effect.tryPromise({
      try: async () => {
        let number = 0
        let held: Array<Line> = []
        for await (const text of lines(chunks, longestRow)) {
          number++
          if (text.trim() === "") continue
          if (looking) {
            held.push({ text, number })
            if (held.length < together) continue
            await takeAll(held)
            held = []
            continue
          }
          const waits = take(scoreRow(text, number, rewards))
          if (waits !== undefined) await waits
        }
        await takeAll(held)
      },
      catch: (cause) => new DataError({ path: file, message: `${file} could not be read to its end: ${reasonOf(cause)}` })
    })
  },
  answersKept
)
