/** Answers about the ablation table of an experiment. */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Metric from "../../../pipeline/declare/Metric.ts"
import { choose, measuredMetrics } from "../../../report/table/choose.ts"
import { type Format as Printed, formats } from "../../../report/table/formats.ts"
import { decimals } from "../../../report/table/numbers.ts"
import { gridOf } from "../../../report/table/pivot.ts"
import { sentences } from "../../../report/table/sentences.ts"
import { sqlOf } from "../../../report/table/sql.ts"
import * as Table from "../../../report/table/Table.ts"
import * as Workspace from "../../../workspace/Reading.ts"
import { Api } from "../api.ts"
import { explained, unfit } from "../problems.ts"
import { Shown } from "../shown.ts"
import type { Ablation, Format } from "./api.ts"

interface Asked {
  readonly experiment: string
  readonly metrics?: ReadonlyArray<string>
}

const cellOf = ({ measured, published, toBaseline, toReference }: Table.Cell) => ({
  measured: measured ?? null,
  toBaseline: toBaseline ?? null,
  toReference: toReference ?? null,
  published: published ?? null
})

/** The source of the table that is asked for, with its columns. */
const sourceOf = Effect.fnUntraced(function*(workspace: Workspace.Workspace, { experiment, metrics = [] }: Asked) {
  const source = yield* explained(Workspace.tableSource(workspace, experiment))
  return yield* Effect.mapError(choose(source, metrics), ({ message }) => unfit(message, "metrics"))
})

const answer = (source: Table.Source): typeof Ablation.Type => {
  const table = Table.make(source)
  return {
    experiment: table.experiment,
    question: table.question,
    rowTitle: table.rowTitle,
    columns: table.columns.map((column, i) => ({
      metric: Metric.fullName(column),
      title: column.title,
      unit: column.unit,
      better: column.better,
      digits: decimals(table, i)
    })),
    rows: table.rows.map(({ cells, role, variant }) => ({
      variant,
      role,
      missing: table.missing.filter((run) => run.variant === variant).length,
      cells: cells.map(cellOf)
    })),
    grid: gridOf(table) ?? null,
    baseline: table.baseline ?? null,
    reference: table.reference ?? null,
    notes: sentences(table),
    metrics: [...measuredMetrics(source)].map(([metric, { better, unit }]) => ({ metric, unit, better })),
    sql: sqlOf(table)
  }
}

/** How a file of each format ends, and what it is. */
const files: { readonly [F in typeof Format.Type]: readonly [ending: string, type: string] } = {
  csv: ["csv", "text/csv; charset=utf-8"],
  md: ["md", "text/markdown; charset=utf-8"],
  latex: ["tex", "application/x-tex; charset=utf-8"],
  json: ["json", "application/json"]
}

/** A name that no system minds: an experiment's may hold anything. */
const fileName = (experiment: string, ending: string): string => `${experiment.replace(/[^\w.@-]+/g, "_").slice(0, 100)}.${ending}`

export const ablationHandlers = HttpApiBuilder.group(Api, "ablation", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  return handlers.handleAll({
    table: ({ query }) => Effect.map(sourceOf(workspace, query), answer),
    file: ({ query }) =>
      Effect.map(sourceOf(workspace, query), (source) => {
        const [ending, contentType] = files[query.format]
        const print: Printed = formats[query.format]
        return HttpServerResponse.text(`${print(Table.make(source), 120)}\n`, {
          contentType,
          headers: { "content-disposition": `attachment; filename="${fileName(query.experiment, ending)}"` }
        })
      })
  })
}))
