/** Runs a study, then prints its table. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type ExitCode, exits } from "../../pipeline/Errors.ts"
import type { Options, Plan } from "../../pipeline/plan/Plan.ts"
import type { Event } from "../../pipeline/run/Progress.ts"
import { rounds } from "../../pipeline/run/rounds.ts"
import type * as Runner from "../../pipeline/run/Runner.ts"
import { quote } from "../../report/account/commands.ts"
import { sentences } from "../../report/table/sentences.ts"
import * as Table from "../../report/table/Table.ts"
import { brief, text } from "../../report/table/text.ts"
import * as Workspace from "../../workspace/index.ts"
import { type AmongRound, prepareAmong } from "../../workspace/run.ts"
import { alongside } from "../compiles.ts"
import { Failure } from "../failure.ts"
import type { RunStudy } from "../flags.ts"
import { columns, print, printJson, say } from "../output.ts"
import { planOptions } from "../planOptions.ts"
import { leaveSaying } from "../signals.ts"
import { visible } from "../../report/visible.ts"
import { type Drawn, drawPictures } from "./drawPictures.ts"
import { checkQueue, type Elsewhere, elsewhere, interrupted as followed } from "./elsewhere.ts"
import * as Display from "./progress/Display.ts"

const statusesOf = (plan: Plan): ReadonlyArray<string> =>
  plan.runs.flatMap((run) => run.stages.map((stage) => stage.status._tag))

const isFinished = (plan: Plan): boolean => statusesOf(plan).every((status) => status === "finished")

const opening = (plan: Plan): string => {
  const statuses = statusesOf(plan)
  const { experiment, runs } = plan
  return isFinished(plan)
    ? `${experiment.name}: all ${runs.length} runs are finished already.`
    : `${experiment.name}: ${runs.length} runs, ` +
      `${statuses.filter((status) => status === "runs" || status === "resumes").length} stages to run, ` +
      `${statuses.filter((status) => status === "finished").length} finished already.`
}

const interrupted = "Interrupted. What is committed is kept, and the same command goes on from there."

/** Executes one plan; a study whose rule asks for more seeds has several. */
const one = Effect.fnUntraced(function*(round: AmongRound, { db, jobs }: RunStudy, chosen: Options, elsewhere: Elsewhere | undefined) {
  const { plan } = round
  const execute = elsewhere === undefined ? round.execute : (listen: (event: Event) => void) => elsewhere.execute(round, chosen, listen)
  const words = elsewhere === undefined ? interrupted : followed
  yield* say(opening(plan))
  if (isFinished(plan)) return yield* execute(() => {})
  leaveSaying(words)
  if (elsewhere === undefined) yield* Workspace.bring(plan) // before anything is computed, as what is refused would be hours later, too
  const table = (columns: number) =>
    Effect.map(Workspace.tableSource(Workspace.at(db), plan.experiment.name), (source) => brief(Table.make(source), columns))
  return yield* Effect.scoped(Effect.flatMap(Display.show(plan, jobs, table), (listen) => execute(listen))).pipe(
    // after the display has been drawn for the last time, so that the words stay
    Effect.onInterrupt(() => say(words))
  )
})

/** Says what was found in the data, but for what made runs fail: that is said with them. */
const sayRemarks = (remarks: ReadonlyArray<{ readonly entry: string; readonly message: string }>, results: ReadonlyArray<Runner.RunResult>) => {
  const open = remarks.filter(({ message }) => !results.some(({ error }) => error?.includes(message)))
  const lines = open.map(({ entry, message }) => `  ${visible(entry)}: ${visible(message)}`)
  return lines.length === 0 ? Effect.void : say(`In the data, the first of each kind (\`assay data check\` has all):\n${lines.join("\n")}`)
}

/** Plans and runs the study, with the database's lock held and progress on stderr. */
const execute = Effect.fnUntraced(function*(options: RunStudy) {
  yield* checkQueue(options)
  const away = Option.isNone(options.queue) ? undefined : yield* elsewhere(options.queue.value, options)
  const prepared = yield* alongside(
    options.file,
    Effect.gen(function*() {
      const study = yield* Workspace.loadStudy(options.file)
      const chosen = yield* planOptions(study.experiment, options)
      const among = away === undefined ? {} : { among: away.among, elsewhere: true }
      return { chosen, ...(yield* prepareAmong(Workspace.at(options.db), study, { ...chosen, ...among, jobs: options.jobs, have: options.have })) }
    }),
    ({ plan }) => !isFinished(plan)
  )
  const { again, chosen, planned: _, remarks, says, ...first } = prepared
  if (says !== undefined) yield* say(says)
  const done = yield* rounds(first, again, (round) => one(round, options, chosen, away))
  yield* sayRemarks(remarks(), done.results)
  return done
}, Effect.scoped)

/** A query as a shell takes it: names in it stand in single quotes, so that it has double ones where it can. */
const quoteQuery = (query: string): string => /["$`\\!]/.test(query) ? quote(query) : `"${query}"`

const flagFor = (db: string): string => db === "runs.db" || db === process.env["ASSAY_DB"] ? "" : ` --db ${quote(db)}`

/** What is said at the end: where things lie, and what to ask next. */
export const closing = (db: string, experiment: string, { pictures, report }: Drawn, firstRun: number | undefined): string =>
  [
    `Database: ${db}`,
    ...pictures.map((file) => `Picture:  ${file}`),
    ...(report === undefined ? [] : [`Report:   ${report}`]),
    "Next:",
    `  assay table ${quote(experiment)} --format md${flagFor(db)}`,
    ...(firstRun === undefined ? [] : [`  assay samples ${firstRun} --out pictures${flagFor(db)}`]),
    `  assay sql ${quoteQuery(`SELECT * FROM paired WHERE experiment = '${experiment.replaceAll("'", "''")}'`)}${flagFor(db)}`
  ].join("\n")

/** Exit code after runs that failed: 3 when every one is a matter of study, data or model. */
export const codeOf = (failed: ReadonlyArray<Pick<Runner.RunResult, "exitCode">>): ExitCode =>
  failed.every(({ exitCode }) => exitCode === exits.invalid) ? exits.invalid : exits.broke

const failureOf = (
  results: ReadonlyArray<Runner.RunResult>,
  runs: ReadonlyArray<{ readonly id: number; readonly variant: string; readonly seed: number }>,
  db: string
): Failure | undefined => {
  const failed = results.filter((result) => result.status === "failed")
  if (failed.length === 0) return undefined
  const reasons = [...Map.groupBy(failed, (result) => result.error ?? "unknown")].map(([error, all]) => {
    const [first] = all
    const more = all.length > 1 ? ` and ${all.length - 1} more` : ""
    return `  ${first!.variant} · seed ${first!.seed}${more}: ${error}`
  })
  const untried = results.filter((result) => result.status === "planned").length
  const left = untried === 0 ? "" : `\n${untried} were not begun, as every run would fail so.`
  const run = runs.find(({ seed, variant }) => variant === failed[0]!.variant && seed === failed[0]!.seed)
  const next = run === undefined ? "" : `\nNext: assay show ${run.id}${flagFor(db)}`
  return new Failure({
    exitCode: codeOf(failed),
    message: `${failed.length} of ${results.length} runs failed; the same command tries them again.\n${reasons.join("\n")}${left}${next}`
  })
}

/** Fails when a run failed, after the table of what is there. */
export const run = Effect.fn("run")(function*(options: RunStudy) {
  const workspace = Workspace.at(options.db)
  const { plan, results } = yield* execute(options)
  const { name } = plan.experiment
  const table = Table.make(yield* Workspace.tableSource(workspace, name))
  const runs = yield* Workspace.runs(workspace, name)
  const failure = failureOf(results, runs, options.db)
  const measured = table.rows.some((row) => row.cells.some((cell) => cell.measured !== undefined))
  const drawn: Drawn = measured ? yield* drawPictures(workspace, table) : { pictures: [], report: undefined }
  if (options.json) {
    yield* printJson({
      experiment: name,
      database: options.db,
      runs: results.map(({ error, seed, status, variant }) => ({
        run: runs.find((run) => run.variant === variant && run.seed === seed)?.id ?? null,
        variant,
        seed,
        status,
        ...(error === undefined ? {} : { error })
      })),
      pictures: drawn.pictures,
      ...(drawn.report === undefined ? {} : { report: drawn.report }),
      table: { ...table, notes: sentences(table) }
    })
  } else if (measured || failure === undefined) {
    yield* print(text(table, Math.max(80, columns(process.stdout))))
    if (failure === undefined) {
      yield* say(`\n${closing(options.db, name, drawn, runs.findLast((run) => run.status === "done")?.id)}`)
    }
  }
  if (failure !== undefined) return yield* failure
})
