/** Whole logs of other programs' trainings as runs of a workspace. */
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import manifest from "../../../package.json" with { type: "json" }
import { layouts, type Log, readLog } from "../../logs/readLog.ts"
import { changed, type Survey, survey } from "../../logs/survey.ts"
import { loadText } from "../../model/loadText.ts"
import { modelFolder } from "../../model/shipped.ts"
import { InvalidExperiment } from "../../pipeline/Errors.ts"
import { unknownName } from "../../pipeline/near.ts"
import { sha256, stringify } from "../../pipeline/plan/Canonical.ts"
import * as Fingerprint from "../../pipeline/plan/Fingerprint.ts"
import type { StageRecord } from "../../pipeline/run/Records.ts"
import * as Store from "../../store/index.ts"
import { asDataError, DataError } from "../../task/dataError.ts"
import { fileHash } from "../../task/hashing.ts"
import { storedPath } from "../loadStudy.ts"
import { NotFound } from "../read.ts"
import type { Workspace } from "../workspace.ts"
import { isImported } from "./origin.ts"
import { declared, type Derived, derivedOf, recordOf } from "./records.ts"
import { stageName, withVariant } from "./table.ts"
import { write } from "./write.ts"

/** Which log is imported, and as what. */
export interface Options {
  /** Files, or folders that a trainer wrote. */
  readonly paths: ReadonlyArray<string>
  readonly experiment: string
  readonly variant: string
  readonly seed: number
  /** Name of the layout; recognised unless given. */
  readonly layout?: string | undefined
  /** Model folder by whose tokenizer completions are counted. */
  readonly tokenizer?: string | undefined
  /** Take the place of a run that was imported from other files. */
  readonly replace?: boolean
}

/** How far it is: `step` of `steps`, read through at first and then written. */
export type Progress = (doing: "reads" | "writes", step: number, steps: number) => void

/** What an import came to. */
export interface Result {
  readonly run: number
  readonly layout: string
  readonly steps: number
  readonly completions: number
  readonly files: ReadonlyArray<string>
  /** The same log stood there already, and nothing was done. */
  readonly already: boolean
  /** Number of the run whose place this one took. */
  readonly replaced?: number
  /** What was left out of the log. */
  readonly remarks: ReadonlyArray<string>
}

const reading = <A>(read: () => Promise<A>): Effect.Effect<A, DataError> => Effect.tryPromise({ try: read, catch: asDataError })

const layoutsCalled = (name: string | undefined) => {
  const found = layouts.filter((layout) => name === undefined || layout.name === name)
  return found.length > 0
    ? Effect.succeed(found)
    : Effect.fail(new NotFound({ message: unknownName("layout of logs", name!, layouts.map((layout) => layout.name), "") }))
}

/** The log, looked through to its end. */
const looked = Effect.fnUntraced(function*({ layout, paths }: Options, listen: Progress) {
  const among = yield* layoutsCalled(layout)
  const log = yield* reading(() => readLog(paths, among))
  const seen = yield* reading(() => survey(log, (step) => listen("reads", step, log.size)))
  if (seen.steps > 0) return { log, seen }
  return yield* new DataError({
    path: paths[0]!,
    message: [`${paths.join(", ")} has no step that could be read.`, ...log.remarks.map((remark) => `${remark}.`)].join(" ")
  })
})

/** Counts tokens by a model folder's tokenizer, and its hash; nobody counts without one. */
const counter = Effect.fnUntraced(function*(tokenizer: string | undefined) {
  if (tokenizer === undefined) return { count: () => 0 }
  const folder = modelFolder(tokenizer)
  const text = yield* loadText(folder)
  return { count: (completion: string) => text.encode(completion).length, hash: yield* fileHash(path.join(folder, "tokenizer.json")) }
})

/** By content alone: where the files lie, and under which names they are imported, changes no fingerprint. */
const stageOf = (log: Log, seen: Survey, derived: Derived, tokenizer: string | undefined, paths: ReadonlyArray<string>): StageRecord => {
  const config = { layout: log.layout.name, derived, ...(tokenizer === undefined ? {} : { tokenizer }) }
  const content = sha256(stringify(seen.files.map((file) => file.sha256)))
  const node = { kind: "import", name: stageName, code: manifest.version, packages: [], config, parts: {}, content }
  const { hash, preimage } = Fingerprint.make({ node, inputs: [] })
  const files = seen.files.map((file) => ({ path: storedPath(file.path), sha256: file.sha256 }))
  const told = { ...config, paths: whole(paths), files }
  return { fingerprint: hash, preimage, kind: node.kind, name: node.name, config: told, inputs: [], metrics: declared(seen, derived) }
}

/** Paths wherever the command runs. */
const whole = (paths: ReadonlyArray<string>): ReadonlyArray<string> => paths.map((one) => path.resolve(one))

/** What was named when a stage was imported, for people and to be compared. */
const named = (paths: ReadonlyArray<string>): string => whole(paths).join(", ")

const namedIn = (config: string): string => named((JSON.parse(config) as { readonly paths?: ReadonlyArray<string> }).paths ?? [])

/** The run that stands where this one is to stand, if there is one. Fails where it may not take its place. */
const standing = Effect.fnUntraced(function*(handle: Store.Handle, options: Options, stage: StageRecord) {
  const { experiment, seed, variant } = options
  const stored = yield* Store.experiment(handle, experiment)
  if (stored !== undefined && !isImported(stored)) {
    return yield* new InvalidExperiment({
      experiment,
      message: `${experiment} is the experiment of a study, ${stored.file}. Import under another name with --as.`
    })
  }
  const there = (yield* Store.runs(handle, experiment)).find((run) => run.variant === variant && run.seed === seed)
  if (there === undefined || there.fingerprint === stage.fingerprint) return { stored, there }
  const [before] = (yield* Store.run(handle, there.id))?.stages ?? []
  const from = before === undefined ? "" : namedIn(before.config)
  if (there.status !== "done" || options.replace === true || from === named(options.paths)) return { stored, there }
  return yield* new InvalidExperiment({
    experiment,
    message: `${experiment} has ${variant} with seed ${seed} already, run ${there.id}, imported from ${from}. ` +
      "Name another --variant or --seed, or take its place with --replace."
  })
})

/**
 * Imports the logs of one training as the run of a variant and a seed. Each call adds one; together they make the experiment.
 *
 * What is imported already is left as it is. A log that has grown takes the place of what was imported from the same folder before. All of it is
 * read before anything is written, and a call that was killed can be repeated.
 *
 * Fails with `DataError` (file, row and column), `InvalidExperiment` for names that are taken, `NotFound` for a layout that is none,
 * `StoreError`, and as `loadText` does.
 */
export const importLogs = Effect.fn("Workspace.importLogs")(function*(workspace: Workspace, options: Options, listen: Progress = () => {}) {
  const { experiment, seed, variant } = options
  const { log, seen } = yield* looked(options, listen)
  const { count, hash } = yield* Effect.map(counter(options.tokenizer), (counted) => ({ hash: undefined, ...counted }))
  const derived = derivedOf(seen, log.layout)
  yield* Store.lock(workspace.db)
  const services = yield* Layer.build(Store.layer({ file: workspace.db, objects: workspace.objects, alone: true }))
  const stage = stageOf(log, seen, derived, hash, options.paths)
  const handle = yield* Store.openForReading({ file: workspace.db })
  const { stored, there } = yield* standing(handle, options, stage)
  const summary = {
    layout: log.layout.name,
    steps: seen.steps,
    completions: seen.completions,
    files: seen.files.map((file) => file.path)
  }
  const resultOf = (run: number, already: boolean): Result => ({
    run,
    ...summary,
    already,
    ...(there === undefined || there.id === run ? {} : { replaced: there.id }),
    remarks: log.remarks
  })
  if (there?.status === "done" && there.fingerprint === stage.fingerprint) return resultOf(there.id, true)
  const facts = {
    "imported.layout": log.layout.name,
    "imported.from": options.paths.map(storedPath).join(", "),
    "imported.at": new Date(yield* Clock.currentTimeMillis).toISOString(),
    "version.assay": manifest.version
  }
  const run = yield* write({
    experiment: withVariant(experiment, stored, variant, stage.metrics.map(({ name }) => name)),
    run: { variant, seed, fingerprint: stage.fingerprint, params: [{ path: `${stageName}.layout`, value: log.layout.name }] },
    stage,
    environment: { facts },
    steps: Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => log.steps() }, asDataError),
    recordOf: (step) => recordOf(step, derived, count),
    unchanged: Effect.flatMap(reading(() => changed(seen.files)), (file) =>
      file === undefined ? Effect.void : Effect.fail(new DataError({
        path: file,
        message: `${file} was written to while it was imported. Repeat the command; what it wrote so far it does again.`
      }))),
    output: summary
  }, (step) => listen("writes", step, seen.steps)).pipe(Effect.provideContext(services))
  return resultOf(run, false)
}, Effect.scoped)
