import * as Effect from "effect/Effect"
import { open, runById } from "../database.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"

/** One line of a fact that may be long (a diff): its first line, and how much more there is. */
const brief = (value: unknown): string => {
  const text = String(value)
  const first = text.split("\n")[0] ?? ""
  return first.length === text.length && text.length <= 100
    ? text
    : `${first.slice(0, 80)}... (${text.length} characters)`
}

/** Prints one run: stages, final metrics, config and environment. */
export const show = Effect.fn("show")(
  function*(options: { readonly run: number; readonly db: string; readonly json: boolean }) {
    const handle = yield* open(options.db)
    const run = yield* runById(handle, options.run)
    if (options.json) {
      return yield* printJson({
        run: run.id,
        experiment: run.experimentName,
        variant: run.variant,
        seed: run.seed,
        status: run.status,
        error: run.error,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        stages: run.stages.map(({ config, endedAt, fingerprint, kind, name, reused, startedAt, status }) => ({
          name,
          kind,
          status,
          reused: Boolean(reused),
          fingerprint,
          startedAt,
          endedAt,
          config: JSON.parse(config)
        })),
        metrics: Object.fromEntries(run.metrics.map(({ metric, value }) => [metric, value])),
        params: run.params,
        environment: run.facts
      })
    }
    const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>) =>
      rows.length === 0 ? [] : ["", title, grid(rows.map((row) => ["", ...row]))]
    yield* print([
      `run ${run.id}: ${run.experimentName}, ${run.variant}, seed ${run.seed}`,
      `${run.status}${run.error === null ? "" : `: ${run.error}`}, started ${run.startedAt}, ended ${
        run.endedAt ?? "not yet"
      }`,
      ...section(
        "stages",
        run.stages.map((stage) => [
          stage.name,
          stage.kind,
          stage.status + (stage.reused ? " (reused)" : ""),
          stage.fingerprint.slice(0, 12)
        ])
      ),
      ...section(
        "metrics",
        run.metrics.map(({ metric, value }) => [metric, value === null ? "not a number" : String(value)])
      ),
      ...section("config", Object.entries(run.params).map(([path, value]) => [path, brief(value)])),
      ...section("environment", Object.entries(run.facts).map(([name, value]) => [name, brief(value)]))
    ].join("\n"))
  },
  Effect.scoped
)
