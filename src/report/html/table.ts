/** The ablation table in a page: a cell a metric, with its differences below. */
import { html } from "hono/html"
import { looks } from "../figures/palette.ts"
import { page } from "../figures/theme.ts"
import { bracketed, decimals, signed, withInterval } from "../table/numbers.ts"
import { sentences } from "../table/sentences.ts"
import type { Cell, Difference, Row, Table } from "../table/Table.ts"
import { shown } from "./text.ts"

/** * where the difference is separated, ° where its bare interval only says so. */
const difference = (to: string | undefined, found: Difference | undefined, digits: number) => {
  if (to === undefined || found === undefined) return ""
  const figure = withInterval(signed(found.delta, digits), found.ci95, digits)
  return html`<small>to ${shown(to)} ${figure}${found.separated ? "*" : found.bare ? "°" : ""}${bracketed(found, digits)}</small>`
}

const cellOf = (table: Table, cell: Cell, digits: number) =>
  html`<td>${cell.measured === undefined ? "–" : withInterval(cell.measured.mean.toFixed(digits), cell.measured.ci95, digits)}${
    difference(table.baseline, cell.toBaseline, digits)
  }${difference(table.reference, cell.toReference, digits)}${
    cell.published === undefined ? "" : html`<small>published ${cell.published}</small>`
  }</td>`

const nOf = (row: Row): string => [...new Set(row.cells.flatMap(({ measured }) => measured ? [measured.n] : []))].join("/") || "0"

export const tableSection = (table: Table) => {
  const colours = looks(table.rows)
  const digits = table.columns.map((_, position) => decimals(table, position))
  return html`<div class="scroll" role="group" aria-label="Table of results" tabindex="0"><table>
<thead><tr><th scope="col">${shown(table.rowTitle)}</th><th scope="col" class="n">n</th>${
    table.columns.map(({ title, unit }) => html`<th scope="col">${shown(title)}${unit === "%" ? " (%)" : ""}</th>`)
  }</tr></thead>
<tbody>${
    table.rows.map((row) =>
      html`<tr><th scope="row"><span class="mark" style="background:${page.colour(colours.get(row.variant)!)}"></span>${shown(row.variant)}${
        row.role === "variant" ? "" : html` <span class="small">(${row.role})</span>`
      }</th><td class="n">${nOf(row)}</td>${row.cells.map((cell, i) => cellOf(table, cell, digits[i]!))}</tr>`)
  }</tbody></table></div>
<ul class="notes">${sentences(table).map((sentence) => html`<li>${shown(sentence)}</li>`)}</ul>`
}
