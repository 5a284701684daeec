/** A run made again from what is stored of it, in a database of its own, and held against what came out then. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Experiment, Variant } from "../pipeline/declare/Experiment.ts"
import * as Paths from "../pipeline/declare/Paths.ts"
import { type ExitCode, exits } from "../pipeline/Errors.ts"
import { unknownName } from "../pipeline/near.ts"
import * as Overrides from "../pipeline/plan/Overrides.ts"
import type { Event } from "../pipeline/run/Progress.ts"
import * as Store from "../store/index.ts"
import { origin } from "./importLogs/origin.ts"
import { isOf, loadStudyOf } from "./loadStudy.ts"
import { open, runById } from "./read.ts"
import { run as runStudy } from "./run.ts"
import { between } from "./runTable.ts"
import { codeDifference } from "./why/codeDifference.ts"
import { at, type Workspace } from "./workspace.ts"

/** A run cannot be made again: `message` says why and what to do. */
export class NoRerun extends Data.TaggedError("NoRerun")<{ readonly message: string; readonly exitCode: ExitCode }> {}

type Run = Effect.Success<ReturnType<typeof runById>>

const refused = (message: string, exitCode: ExitCode = exits.invalid) => new NoRerun({ message, exitCode })

const variantOf = (experiment: Experiment, run: Run, file: string): Effect.Effect<Variant, NoRerun> => {
  const found = experiment.variants.find(({ name }) => name === run.variant)
  if (found !== undefined) return Effect.succeed(found)
  const known = experiment.variants.map(({ name }) => name)
  return Effect.fail(refused(`${file}: ${unknownName("variant", run.variant, known, "")} The study has changed; take the commit that run ${run.id} names (\`assay show ${run.id}\`).`))
}

/** Config values that are not what the run had. Those that only one of them has cannot be set, and are told with what differs. */
const overridesOf = (variant: Variant, { params }: Run): Overrides.Overrides =>
  Object.fromEntries(Paths.params(Overrides.nodesOf(variant)).flatMap(({ path, value }) =>
    path in params && !Object.is(params[path], value) ? [[path, params[path]!]] : []))

/** The study with nothing but that run in it. */
const alone = (experiment: Experiment, variant: Variant, seed: number): Experiment => ({
  ...experiment,
  variants: [{ ...variant, role: "variant" }],
  seeds: [seed],
  until: undefined,
  table: { metrics: [] },
  scales: {}
})

/** Where it is made again: beside the object folder, and taken up there when it was interrupted. */
const placeOf = ({ objects }: Workspace, id: number): string => path.join(path.dirname(objects), "rerun", String(id))

const madeAgain = Effect.fnUntraced(function*(workspace: Workspace) {
  const handle = yield* open(workspace)
  const { last } = yield* Store.runNumbers(handle)
  return yield* runById(workspace, last!)
}, Effect.scoped)

/**
 * Runs a finished run again with the config and seed that it had, whatever the study file says of them now, taking nothing from what is
 * stored, and returns what tells both apart. The code is that of now. `file`: the study, where it is no longer where it ran.
 *
 * Fails with `NotFound`, `StudyError`, as `Plan.plan` does, and with `NoRerun` where the run is not done, was imported, is no longer in the
 * study, or fails.
 */
export const rerun = Effect.fn("Workspace.rerun")(function*(workspace: Workspace, id: number, file?: string, listen?: (event: Event) => void) {
  const first = yield* runById(workspace, id)
  const stored = (yield* Store.experiment(yield* open(workspace), first.experimentName))!
  if (stored.file === origin) return yield* refused(`Run ${id} was imported from the logs of another program, and cannot be made again here.`)
  if (first.status !== "done") return yield* refused(`Run ${id} is ${first.status}, so that there is nothing to hold another against. \`assay run ${stored.file}\` goes on with it.`)
  const study = yield* loadStudyOf(first.experimentName, file ?? stored.file)
  const { name } = study.experiment
  if (!isOf(first.experimentName, name)) {
    return yield* refused(`${study.file} declares the study ${name}, and run ${id} is of ${first.experimentName}. Name the right file with --file.`)
  }
  const variant = yield* variantOf(study.experiment, first, study.file)
  const folder = placeOf(workspace, id)
  fs.mkdirSync(folder, { recursive: true })
  const other = at(path.join(folder, "runs.db"))
  const jobs = Number(first.facts["threads.jobs"] ?? 1) // threads are divided as they were
  const [result] = yield* runStudy(other, { ...study, experiment: alone(study.experiment, variant, first.seed) }, { jobs, overrides: overridesOf(variant, first) }, listen)
  if (result?.status !== "done") return yield* refused(`Run ${id} fails now: ${result?.error ?? "unknown"}`, result?.exitCode ?? exits.broke)
  const second = yield* madeAgain(other)
  const codes = yield* codeDifference(workspace, first, second, other)
  fs.rmSync(folder, { recursive: true, force: true })
  const { environment, metrics, params } = between(first, second)
  return { first, second, environment, params, codes, metrics }
}, Effect.scoped)
