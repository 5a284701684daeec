/** The table of an experiment with other metrics than those that its study names. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Metric from "../../pipeline/declare/Metric.ts"
import { unknownName } from "../../pipeline/near.ts"
import * as Table from "./Table.ts"

/** No metric of the experiment is called so: `message` says what comes near. */
export class UnknownMetric extends Data.TaggedError("UnknownMetric")<{ readonly message: string }> {}

/** Every metric that was measured in a whole run, by its whole name. */
export const measuredMetrics = (source: Table.Source): ReadonlyMap<string, Table.Source["ablation"][number]> =>
  new Map(source.ablation.map((row) => [Metric.fullName(row), row] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** Published figures by the metrics that are chosen now; those that the study names none for have none. */
const publishedOf = (source: Table.Source, chosen: ReadonlyArray<string>) => {
  const { columns, setting: { published = {} } } = Table.columnsOf(source)
  const places = chosen.map((name) => columns.findIndex((column) => Metric.fullName(column) === name))
  return Object.fromEntries(Object.entries(published).map(([row, figures]) => [row, places.map((place) => figures[place] ?? null)]))
}

/**
 * The source of a table whose columns are these metrics, by their whole names and in their order; the source itself where none is
 * named. Corrections for many comparisons then count those of these columns. Fails with `UnknownMetric`.
 */
export const choose = <S extends Table.Source>(source: S, names: ReadonlyArray<string>): Effect.Effect<S, UnknownMetric> => {
  if (names.length === 0) return Effect.succeed(source)
  const { columns, setting } = Table.columnsOf(source)
  const known = measuredMetrics(source)
  const all = new Map([...known].map(([name, { name: bare, scope }]) => [name, { title: name, name: bare, scope }] as const))
  for (const { name, scope, title } of columns) all.set(Metric.fullName({ name, scope }), { title, name, scope })
  const wrong = names.find((name) => !all.has(name))
  if (wrong !== undefined) {
    return Effect.fail(new UnknownMetric({ message: unknownName("metric", wrong, [...all.keys()], "Nothing has been measured yet.") }))
  }
  const chosen = [...new Set(names)]
  return Effect.succeed({
    ...source,
    table: { ...setting, metrics: chosen.map((name) => all.get(name)), published: publishedOf(source, chosen) }
  })
}
