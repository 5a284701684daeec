/** What figures of an experiment are made of, from its table and the rows of the views. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import type { Final } from "../../store/index.ts"
import type * as Table from "../table/Table.ts"
import type { Named } from "./compose.ts"
import type { Curves, Value } from "./curves.ts"
import type { Intervals, Measured } from "./intervals.ts"
import { looks } from "./palette.ts"
import type { Parts } from "./parts.ts"

/** A metric by its place. */
export interface Wanted {
  readonly scope: string
  readonly name: string
}

/** Rows of a table as they are drawn. */
export const named = (rows: ReadonlyArray<{ readonly variant: string; readonly role: string }>): ReadonlyArray<Named> =>
  [...looks(rows)].map(([name, look]) => ({ name, look }))

/** `mAP (%)`; a share and a bare number have no unit to be named. */
export const withUnit = (name: string, unit: string): string => unit === "" || unit === "share" ? name : `${name} (${unit})`

/** A value of a stage, or of an evaluation nested in it. */
export interface AtStage extends Value {
  readonly stage: string
  readonly scope: string
}

/** Rows of stages that went through steps. */
const trained = <Row extends AtStage>(rows: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  const loops = new Set(rows.filter(({ step }) => step > 0).map(({ scope, stage }) => JSON.stringify([stage, scope])))
  return rows.filter(({ scope, stage }) => loops.has(JSON.stringify([stage, scope])))
}

/** Where rows trained in several stages, a line for each of them. */
const byStage = <Row extends AtStage>(rows: ReadonlyArray<Named>, values: ReadonlyArray<Row>) => {
  const stages = [...new Set(values.map(({ stage }) => stage))]
  if (stages.length < 2) return { rows, values }
  return {
    rows: rows.flatMap((row) => stages.map((stage) => ({ ...row, name: `${row.name}, ${stage}` }))),
    values: values.map((value) => ({ ...value, variant: `${value.variant}, ${value.stage}` }))
  }
}

/** The curves of a metric, from rows of `learning_curve` that are of one scope or of stages' own; undefined where nothing went through steps. */
export const curves = (
  table: Table.Table,
  metric: string,
  rows: ReadonlyArray<AtStage>
): Curves | undefined => {
  const values = trained(rows)
  return values.length === 0 ? undefined : { experiment: table.experiment, metric, ...byStage(named(table.rows), values) }
}

/** Parts of the reward of what trained, from rows of `reward_part`; undefined where nothing did. */
export const parts = (
  table: Table.Table,
  rows: ReadonlyArray<Omit<AtStage, "value"> & { readonly part: string; readonly mean: number | null }>
): Parts | undefined => {
  const values = trained(rows.map((row) => ({ ...row, value: row.mean }))).filter(({ scope }) => scope === "")
  return values.length === 0 ? undefined : { experiment: table.experiment, ...byStage(named(table.rows), values) }
}

/** A metric with the interval of every row that has it, from the rows of `ablation` and the values that they are means of. */
export const measured = (source: Table.Source, table: Table.Table, finals: ReadonlyArray<Final>, { name, scope }: Wanted): Measured => {
  const rows = source.ablation.filter((row) => row.scope === scope && row.name === name)
  const column = table.columns.findIndex((one) => one.scope === scope && one.name === name)
  const published = new Map(column < 0 ? [] : table.rows.map((row) => [row.variant, row.cells[column]?.published]))
  const own = finals.filter((final) => final.scope === scope && final.name === name)
  return {
    metric: withUnit(column < 0 ? Metric.fullName({ name, scope }) : table.columns[column]!.title, rows[0]?.unit ?? ""),
    better: rows[0]?.better ?? "neither",
    baseline: table.baseline,
    rows: named(table.rows).flatMap((row) => {
      const found = rows.find(({ variant }) => variant === row.name)
      if (found === undefined || found.mean === null) return []
      const values = new Map(own.filter(({ variant }) => variant === row.name).map(({ stage, value }) => [stage, value]))
      return [{
        ...row,
        n: found.n,
        mean: found.mean,
        ci95: found.ci95,
        seeds: [...values.values()].filter((value) => typeof value === "number"),
        published: published.get(row.name)
      }]
    })
  }
}

/** Intervals of metrics that any row has. */
export const intervals = (
  source: Table.Source,
  table: Table.Table,
  finals: ReadonlyArray<Final>,
  metrics: ReadonlyArray<Wanted>
): Intervals => ({
  experiment: table.experiment,
  rows: named(table.rows),
  metrics: metrics.map((metric) => measured(source, table, finals, metric)).filter(({ rows }) => rows.length > 0)
})
