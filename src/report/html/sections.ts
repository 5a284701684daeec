/** The sections of a report that are lists and tables. */
import { html } from "hono/html"
import type { Account } from "../account/account.ts"
import { commandsOf } from "../account/commands.ts"
import { type DefinedMetric, metricsOf, rewardsOf } from "../account/defined.ts"
import { failuresOf } from "../account/failures.ts"
import { tokensOf } from "../account/tokens.ts"
import { vary } from "../account/vary.ts"
import type { Table } from "../table/Table.ts"
import { shown, time } from "./text.ts"

type Cell = unknown

const grid = (name: string, heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<Cell>>, numeric: ReadonlyArray<number> = []) => {
  const kind = (i: number) => numeric.includes(i) ? html` class="n"` : ""
  return html`<div class="scroll" role="group" aria-label="${name}" tabindex="0"><table><thead><tr>${
    heads.map((head, i) => html`<th scope="col"${kind(i)}>${head}</th>`)
  }</tr></thead><tbody>${
    rows.map(([first, ...cells]) =>
      html`<tr><th scope="row">${first}</th>${cells.map((cell, i) => html`<td${kind(i + 1)}>${cell}</td>`)}</tr>`)
  }</tbody></table></div>`
}

const value = (content: unknown): string => content === undefined ? "" : shown(String(content).slice(0, 400))

export const varySection = ({ rows, source }: Account) => {
  const references = new Set(source.variants.filter(({ role }) => role === "reference").map(({ name }) => name))
  const { rows: names, shared, varying } = vary(rows.filter(({ variant }) => !references.has(variant)))
  return html`${
    varying.length === 0
      ? html`<p>Nothing: all rows have the same settings.</p>`
      : grid("Settings that vary", ["setting", ...names.map(shown)], varying.map(({ path, values }) => [html`<code>${shown(path)}</code>`, ...values.map(value)]))
  }<details><summary>${shared.length} settings that all these rows share</summary>${
    grid("Shared settings", ["setting", "value"], shared.map(({ path, value: one }) => [html`<code>${shown(path)}</code>`, value(one)]))
  }</details>`
}

const rounded = (number: number | null): string => number === null ? "–" : String(Number(number.toFixed(1)))

export const tokensSection = ({ tokens }: Account) =>
  tokens.length === 0
    ? html`<p>Nobody counted tokens.</p>`
    : html`<p class="small">Lengths of completions below 3000 tokens, over all seeds; the last column counts the others.</p>${
      grid("Tokens", ["row", "stage", "completions", "shortest", "mean", "longest", "3000 and more"],
        tokensOf(tokens).map((one) => [shown(one.variant), shown(one.stage), one.n, rounded(one.min), rounded(one.mean), rounded(one.max), one.long]), [2, 3, 4, 5, 6])
    }`

export const missingSection = ({ parts, runs }: Account) => {
  const open = runs.filter(({ status }) => status !== "done")
  return html`${
    open.length === 0
      ? html`<p>No run: all ${runs.length} are done.</p>`
      : grid("Runs that are not done", ["row", "seed", "status", "error"],
        open.map(({ error, seed, status, variant }) => [shown(variant), seed, shown(status), error === null ? "" : shown(error.slice(0, 600))]), [1])
  }<p>${failuresOf(parts)}</p>`
}

/** Facts that are long, or of no use beyond this machine. */
const leftOut = ["git.diff", "git.untracked"]

const changes = (facts: Account["environments"][number]["facts"]): string =>
  facts["git.dirty"] === 1 ? `yes, ${String(facts["git.diff"] ?? "").length} characters of changes are in runs.db` : "no"

export const environmentSection = ({ environments, runs }: Account) =>
  html`${
    environments.map(({ environment, facts }) => {
      const own = runs.filter((run) => run.environment === environment)
      const known = Object.entries(facts).filter(([name]) => !leftOut.includes(name) && name !== "git.dirty")
      return html`<dl class="facts"><dt>runs</dt><dd>${own.length} of ${runs.length}</dd>${
        "git.dirty" in facts ? html`<dt>uncommitted changes</dt><dd>${changes(facts)}</dd>` : ""
      }${known.map(([name, fact]) => html`<dt>${shown(name)}</dt><dd>${value(fact)}</dd>`)}</dl>`
    })
  }`

export const commandsSection = (account: Account, database: string) => {
  const { again, report, table, verify } = commandsOf(account, database)
  return html`${
    again.length === 0 ? "" : html`<p>To run it again; what is finished in the database is not repeated:</p><pre><code>${again.map(shown).join("\n")}</code></pre>`
  }<p>To judge every stored completion again and hold all numbers against what comes out:</p><pre><code>${shown(verify)}</code></pre>
<p>To print the table, and to write this report:</p><pre><code>${shown(table)}
${shown(report)}</code></pre>`
}

/** A definition, whose backticks hold code. */
const prose = (text: string) => text.split("`").map((piece, i) => i % 2 === 0 ? piece : html`<code>${piece}</code>`)

const metricsTable = (name: string, metrics: ReadonlyArray<DefinedMetric>) =>
  grid(name, ["metric", "unit", "per", "better", "what it is"],
    metrics.map(({ better, counts, name, unit, what }) => [shown(name), shown(unit), shown(counts), better === "neither" ? "" : better, prose(what)]))

export const definitionsSection = (account: Account, table: Table, heading: (text: string) => unknown) => {
  const metrics = metricsOf(account)
  const inTable = ({ name, scope }: DefinedMetric) => table.columns.some((column) => column.name === name && column.scope === scope)
  return html`${heading("Metrics")}${metricsTable("Metrics of the table", metrics.filter(inTable))}${
    [...Map.groupBy(metrics.filter((metric) => !inTable(metric)), ({ scope }) => scope)].map(([scope, own]) =>
      html`<details><summary>${own.length} more metrics of ${shown(scope)}</summary>${metricsTable(`More metrics of ${shown(scope)}`, own)}</details>`)
  }${heading("Rewards")}${
    grid("Rewards", ["part", "range", "what it gives", "source"],
      rewardsOf(account).map(({ part, range, source, what }) => [shown(part), range, prose(what), source ?? ""]))
  }`
}

export const factsOf = ({ runs, source }: Account) => {
  const done = runs.filter(({ status }) => status === "done").length
  const times = (pick: (run: Account["runs"][number]) => string | null) => runs.map(pick).filter((at) => at !== null).toSorted()
  return html`<dl class="facts"><dt>experiment</dt><dd>${shown(source.name)}</dd><dt>study</dt><dd>${shown(source.file)}</dd>
<dt>rows</dt><dd>${source.variants.length}</dd><dt>runs</dt><dd>${done} of ${runs.length} done</dd>
<dt>ran</dt><dd>${time(times(({ startedAt }) => startedAt)[0])} to ${time(times(({ endedAt }) => endedAt).at(-1))} (UTC)</dd></dl>`
}
