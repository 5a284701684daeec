/** Prints one run: stages, final metrics, config and environment. */
import * as Effect from "effect/Effect"
import * as Metric from "../../pipeline/declare/Metric.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"
import { visible } from "../../report/visible.ts"

type Run = Effect.Success<ReturnType<typeof Workspace.runById>>

/** One line of a fact that may be long (a diff): its first line, and how much more there is. */
const brief = (value: unknown): string => {
  const text = String(value)
  const first = text.split("\n")[0] ?? ""
  return first.length === text.length && text.length <= 100
    ? visible(text)
    : `${visible(first.slice(0, 80))}... (${text.length} characters)`
}

/** A number as a person reads it; JSON and SQL have all its digits. */
const number = (value: number | null): string =>
  value === null ? "not a number" : Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))

const json = (run: Run) => ({
  run: run.id,
  experiment: run.experimentName,
  variant: run.variant,
  seed: run.seed,
  status: run.status,
  error: run.error,
  startedAt: run.startedAt,
  endedAt: run.endedAt,
  stages: run.stages.map(({ config, endedAt, error, fingerprint, kind, label, name, position, reused, startedAt, status }) => ({
    label,
    name,
    kind,
    status,
    error,
    reused: Boolean(reused),
    fingerprint,
    startedAt,
    endedAt,
    config: JSON.parse(config) as unknown,
    kept: run.kept.filter((kept) => kept.position === position).map(({ artifact, role, step }) => ({ role, step, artifact }))
  })),
  metrics: Object.fromEntries(run.metrics.map((metric) => [Metric.fullName(metric), metric.value])),
  params: run.params,
  environment: run.facts
})

const keptLine = (run: Run, position: number): string => {
  const used = run.stages.find((stage) => stage.position === position)?.subject
  return run.kept.filter((kept) => kept.position === position)
    .map(({ artifact, role, step }) => `${role} (step ${step}${artifact === used ? ", used" : ""})`).join(", ")
}

const text = (run: Run): string => {
  const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>) =>
    rows.length === 0 ? [] : ["", title, grid(rows.map((row) => ["", ...row]))]
  const scopes = Map.groupBy(run.metrics, ({ scope }) => scope)
  return [
    visible(`run ${run.id}: ${run.experimentName}, ${run.variant}, seed ${run.seed}`),
    `${run.status}${run.error === null ? "" : `: ${visible(run.error)}`}, started ${run.startedAt ?? "not yet"}, ended ${
      run.endedAt ?? "not yet"
    }`,
    ...section(
      "stages",
      run.stages.map((stage) => {
        const kept = keptLine(run, stage.position)
        return [
          stage.label,
          stage.kind,
          stage.status + (stage.reused ? " (reused)" : ""),
          stage.fingerprint.slice(0, 12),
          stage.error === null ? kept === "" ? "" : `keeps ${kept}` : visible(stage.error)
        ]
      })
    ),
    ...[...scopes].flatMap(([scope, metrics]) =>
      section(`metrics of ${visible(scope)}`, metrics.map(({ name, unit, value }) => [name, number(value), unit]))
    ),
    ...section("config", Object.entries(run.params).map(([path, value]) => [path, brief(value)])),
    ...section("environment", Object.entries(run.facts).map(([name, value]) => [name, brief(value)]))
  ].join("\n")
}

export const show = Effect.fn("show")(
  function*(options: { readonly run: number; readonly db: string; readonly json: boolean }) {
    const run = yield* Workspace.runById(Workspace.at(options.db), options.run)
    yield* options.json ? printJson(json(run)) : print(text(run))
  }
)
