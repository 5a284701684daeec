import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import * as Plan from "../../pipeline/plan/Plan.ts"
import { Progress } from "../../pipeline/run/Progress.ts"
import * as Runner from "../../pipeline/run/Runner.ts"
import { Workspace } from "../../pipeline/run/services.ts"
import * as ComputeThreads from "../../policy/ComputeThreads.ts"
import * as FromStore from "../../report/table/fromStore.ts"
import { sentences } from "../../report/table/sentences.ts"
import type { Table } from "../../report/table/Table.ts"
import { text } from "../../report/table/text.ts"
import * as Store from "../../store/index.ts"
import { folders, imageFile } from "../database.ts"
import { codeOf, Failure } from "../Failure.ts"
import { load, storedPath } from "../load.ts"
import { columns, print, printJson, say } from "../output.ts"
import * as Display from "../progress/Display.ts"
import * as Study from "../study.ts"

export interface Options extends Study.Options {
  readonly jobs: number
  readonly dryRun: boolean
  readonly json: boolean
}

/** Plans and runs the study, with the database's lock held and progress on stderr. */
const execute = Effect.fnUntraced(function*(options: Options) {
  const experiment = yield* load(options.file)
  const planOptions = yield* Study.planOptions(experiment, options)
  yield* Store.lock(options.db)
  const plan = yield* Plan.plan(experiment, planOptions)
  const environment = yield* Store.environment({
    folder: path.dirname(path.resolve(options.file)),
    threads: { jobs: options.jobs, threadsEach: ComputeThreads.divided(options.jobs) }
  })
  const statuses = plan.runs.flatMap((run) => run.stages.map((stage) => stage.status._tag))
  const finished = statuses.every((status) => status === "finished")
  yield* say(
    finished
      ? `${plan.experiment.name}: all ${plan.runs.length} runs are finished already.`
      : `${plan.experiment.name}: ${plan.runs.length} runs, ` +
        `${statuses.filter((status) => status === "runs" || status === "resumes").length} stages to run, ` +
        `${statuses.filter((status) => status === "finished").length} finished already.`
  )
  const listen = finished ? () => {} : yield* Display.show(plan, options.jobs)
  const results = yield* Runner.run(plan, { jobs: options.jobs, environment, file: storedPath(options.file) }).pipe(
    Effect.provideService(Progress, listen),
    Effect.provideService(ComputeThreads.ComputeThreads, ComputeThreads.divided(options.jobs)),
    Effect.onInterrupt(() => say("Interrupted. What is committed is kept, and the same command goes on from there."))
  )
  return { plan, results }
})

/** Pictures of the experiment. They are an extra: when one cannot be drawn, the run has still ended well. */
const pictures = Effect.fnUntraced(function*(handle: Store.Handle, table: Table, db: string) {
  const { write } = yield* Effect.promise(() => import("../../report/figures/pictures.ts"))
  return yield* write(handle, table, folders(db).pictures, imageFile(db)).pipe(
    Effect.catch((error) => Effect.as(say(`No pictures: ${error.message}`), []))
  )
})

const closing = (
  options: Options,
  table: Table,
  files: ReadonlyArray<string>,
  firstRun: number | undefined
): string => {
  const flag = options.db === "runs.db" || options.db === process.env["ASSAY_DB"] ? "" : ` --db ${options.db}`
  const name = /^[\w@.,+-]+$/.test(table.experiment) ? table.experiment : `"${table.experiment}"`
  return [
    `Database: ${options.db}`,
    ...files.map((file) => `Picture:  ${file}`),
    "Next:",
    `  assay table ${name} --format md${flag}`,
    ...(firstRun === undefined ? [] : [`  assay samples ${firstRun} --out pictures${flag}`]),
    `  assay sql "SELECT * FROM paired WHERE experiment = '${table.experiment.replaceAll("'", "''")}'"${flag}`
  ].join("\n")
}

const report = Effect.fnUntraced(function*(options: Options, name: string, results: ReadonlyArray<Runner.RunResult>) {
  const handle = yield* Store.open({ file: options.db })
  const table = yield* FromStore.read(handle, name)
  if (table === undefined) return
  const files = yield* pictures(handle, table, options.db)
  const runs = yield* Store.runs(handle, name)
  if (options.json) {
    return yield* printJson({
      experiment: name,
      database: options.db,
      runs: results.map(({ error, seed, status, variant }) => ({
        run: runs.find((run) => run.variant === variant && run.seed === seed)?.id ?? null,
        variant,
        seed,
        status,
        ...(error === undefined ? {} : { error })
      })),
      pictures: files,
      table: { ...table, notes: sentences(table) }
    })
  }
  yield* print(text(table, Math.max(80, columns(process.stdout))))
  yield* say(`\n${closing(options, table, files, runs.findLast((run) => run.status === "done")?.id)}`)
}, Effect.scoped)

/** Runs a study, then prints its table. Fails when a run failed, after the table of what is there. */
export const run = Effect.fn("run")(function*(options: Options) {
  if (options.dryRun) return yield* (yield* Effect.promise(() => import("./plan.ts"))).plan(options)
  const services = Layer.merge(
    Study.journal(options.db),
    Layer.succeed(Workspace, { folder: folders(options.db).workspace })
  )
  const { plan, results } = yield* Effect.scoped(execute(options)).pipe(Effect.provide(services))
  yield* report(options, plan.experiment.name, results)
  const failed = results.filter((result) => result.status === "failed")
  if (failed.length === 0) return
  const reasons = [...Map.groupBy(failed, (result) => result.error ?? "unknown")].map(([error, all]) => {
    const [first] = all
    const more = all.length > 1 ? ` and ${all.length - 1} more` : ""
    return `  ${first!.variant} · seed ${first!.seed}${more}: ${error}`
  })
  return yield* new Failure({
    code: codeOf(failed.map((result) => result.tag)),
    message: `${failed.length} of ${results.length} runs failed; the same command tries them again.\n${
      reasons.join("\n")
    }`
  })
})
