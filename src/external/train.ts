/** A training by another program: its folder, its start, its end. */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { batches } from "../pipeline/batches.ts"
import { EmptyBatchSource } from "../pipeline/Errors.ts"
import * as Random from "../pipeline/Random.ts"
import { Artifacts } from "../pipeline/run/artifacts.ts"
import { ComputeThreads } from "../pipeline/run/ComputeThreads.ts"
import { Execution } from "../pipeline/run/execution.ts"
import { Journal } from "../pipeline/run/journal.ts"
import { Generated, StageKey } from "../pipeline/run/services.ts"
import { Portable } from "../policy/portable.ts"
import { Sampler } from "../policy/sampler.ts"
import type { Prompts } from "../task/prompt.ts"
import type { Reward } from "../task/reward.ts"
import { explain } from "./explain.ts"
import { follow, type Followed } from "./follow.ts"
import { listen } from "./listen.ts"
import * as Program from "./Program.ts"
import type { Settings } from "./settings.ts"
import type { Trainer } from "./trainer.ts"
import { trainers } from "./trainers.ts"
import * as WorkFolder from "./WorkFolder.ts"

/** The trainer's newest checkpoint that was committed and still is there. */
const checkpointIn = Effect.fnUntraced(function*(folder: string) {
  const [artifacts, execution, journal] = [yield* Artifacts, yield* Execution, yield* Journal]
  const found = yield* journal.lastCheckpoint(execution.stage)
  if (found === undefined) return undefined
  const marker = yield* artifacts.fetch(found.artifact)
  const { checkpoint } = JSON.parse(yield* Effect.promise(() => readFile(marker, "utf8"))) as { readonly checkpoint: string }
  const path = join(folder, checkpoint)
  return existsSync(path) ? { step: found.step, path } : undefined
})

/** Which prompt each row of the data asks: rows stand in the order of the steps, as a loop would draw them. */
const rowsOf = ({ rows }: Prompts, { batch }: Settings, key: Random.Key) => {
  const placesOf = batches(key, rows.size, batch)
  return (wanted: ReadonlyArray<number>) => rows.at(wanted.map((row) => placesOf(Math.floor(row / batch))[row % batch]!))
}

const writeData = (file: string, { batch, steps }: Settings, trainer: Trainer, promptsOf: Followed["promptsOf"]) =>
  WorkFolder.writeLines(file, Array.from({ length: steps }, (_, step) => {
    const rows = Array.from({ length: batch }, (_, i) => step * batch + i)
    return Effect.map(promptsOf(rows), (prompts) => prompts.map((prompt, i) => trainer.row(prompt, rows[i]!)))
  }))

/** The model to start from, and the adapter where one is trained. */
const writeStart = Effect.fnUntraced(function*(folder: string) {
  const portable = yield* Portable
  const { what } = portable.trains
  const path = join(folder, what)
  yield* portable.write(path, what)
  return what === "model" ? { model: path, adapter: null } : { model: null, adapter: path }
})

/** The error of a trainer that ended before its time. */
const cutOff = Effect.fnUntraced(function*(how: string, attempt: string, trainer: Trainer, settings: Settings) {
  const last = yield* WorkFolder.lastLines(attempt)
  return yield* explain({ how, last, log: join(attempt, WorkFolder.log) }, trainer, settings)
})

/** Starts the trainer, and follows it to its end. */
const attempt = Effect.fnUntraced(function*(followed: Followed, from: string | undefined, seed: number) {
  const { folder, promptsOf, settings, trainer } = followed
  const [{ progress }, { trains }, sampler, threads] = [yield* Execution, yield* Portable, yield* Sampler, yield* ComputeThreads]
  progress(0, settings.steps, `writing what ${trainer.title} reads`)
  const data = join(folder, "data.jsonl")
  yield* writeData(data, settings, trainer, promptsOf)
  const start = yield* writeStart(folder)
  const path = yield* WorkFolder.newAttempt(folder)
  yield* WorkFolder.dropCheckpoints(folder, from)
  const { broken, token, url } = yield* listen(yield* follow(followed), settings.host)
  const here = settings.command === undefined
  const stage = {
    url,
    token,
    // a queue's job has no standard input to watch: it ends with the next thing that it has to tell
    watch: here,
    data,
    ...start,
    vision: trains.vision,
    pixels: sampler.pixelLimits === undefined ? null : { ...yield* sampler.pixelLimits },
    completions: settings.batch * settings.groupSize,
    resume: from ?? null
  }
  const script = yield* WorkFolder.writeAttempt(path, trainer, settings, {
    "stage.json": stage,
    "config.json": trainer.config(settings, { ...start, data, output: WorkFolder.checkpoints(path) }, seed)
  })
  progress(0, settings.steps, `${trainer.title} starts`)
  const program = yield* Program.start({
    command: [...(settings.command ?? ["bash"]), script],
    env: { PYTHONUNBUFFERED: "1", ...(here && process.env["OMP_NUM_THREADS"] === undefined ? { OMP_NUM_THREADS: String(threads) } : {}) },
    log: join(path, WorkFolder.log)
  })
  const { how, ok } = yield* Effect.raceFirst(program, broken)
  if (!ok) return yield* cutOff(how, path, trainer, settings)
  return path
}, Effect.scoped)

/** Trains, or goes on from the trainer's last checkpoint, and takes what came of it. */
export const train = Effect.fnUntraced(function*(settings: Settings, prompts: Prompts, reward: Reward) {
  const [execution, journal, portable] = [yield* Execution, yield* Journal, yield* Portable]
  const key = yield* StageKey
  if (prompts.rows.size === 0) {
    return yield* new EmptyBatchSource({ message: "The trainer got nothing to draw from: a filter before it left nothing." })
  }
  const trainer = trainers[settings.trainer]
  const base = settings.folder ?? join((yield* Generated).folder, "external")
  const folder = resolve(base, execution.fingerprint.slice(0, 16))
  yield* WorkFolder.makeFolder(folder)
  const resumed = yield* checkpointIn(folder)
  yield* journal.rewind(execution.stage, resumed?.step ?? -1)
  const isLast = (step: number | undefined) => step === settings.steps - 1
  if (!isLast(resumed?.step)) {
    const followed = { trainer, settings, reward, folder, promptsOf: rowsOf(prompts, settings, key), checkpoint: resumed?.step }
    // TRL takes what is below 2^32, numpy's older generators what is below 2^31
    const path = yield* attempt(followed, resumed?.path, Random.fold(key, "trainer").lo % 2 ** 31)
    if (!isLast((yield* checkpointIn(folder))?.step)) return yield* cutOff("ended", path, trainer, settings)
  }
  const left = yield* checkpointIn(folder)
  yield* portable.read(left!.path)
  yield* WorkFolder.dropCheckpoints(folder)
  yield* WorkFolder.drop(join(folder, portable.trains.what))
})
