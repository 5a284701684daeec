/** The ablation table of an experiment, with its intervals beside it. */
import { Copy } from "../../parts/copy.tsx"
import { OfExperiment } from "../../parts/experiment.tsx"
import { Fold } from "../../parts/fold.tsx"
import { Empty, When } from "../../parts/states.tsx"
import { sorted, Table } from "../../parts/table.tsx"
import { type Answer, type Query, urlOf } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { href, param, paramAll } from "../../shell/route.ts"
import { columnsOf } from "./columns.tsx"
import { Grid } from "./grid.tsx"
import { Metrics } from "./metrics.tsx"
import { Plot, plotted } from "./plot.tsx"
import "./ablation.css"

type Ablation = Answer<"/api/ablation">

const formats = ["csv", "md", "latex", "json"] as const

const Downloads = ({ query }: { readonly query: Query<"/api/ablation"> }) => (
  <span class="downloads">
    <span class="muted">Download as</span>{" "}
    {formats.map((format) => <a key={format} href={urlOf("/api/ablation/file", { ...query, format })} download>{format}</a>)}
  </span>
)

const Source = ({ sql }: { readonly sql: string }) => (
  <Fold name="sql" title="The SQL that gives these numbers">
    <pre tabIndex={0}>{sql}</pre>
    <p class="row"><Copy text={sql} label="Copy the SQL" /> <a href={href("sql", { query: sql })}>Open it in the SQL view</a></p>
  </Fold>
)

const Notes = ({ notes }: { readonly notes: ReadonlyArray<string> }) => (
  <section aria-label="Notes">
    <h2>To read it honestly</h2>
    <ul class="notes">{notes.map((note) => <li key={note}>{note}</li>)}</ul>
  </section>
)

const Shown = ({ query, table }: { readonly table: Ablation; readonly query: Query<"/api/ablation"> }) => {
  const columns = columnsOf(table)
  if (table.columns.length === 0) {
    return <Empty title="Nothing has been measured yet"><p>The table fills as runs end; <a href={href("experiments")}>how far they are</a>.</p></Empty>
  }
  return (
    <>
      <div class="row">
        <Metrics table={table} />
        <Downloads query={query} />
      </div>
      <div class="beside">
        <Table caption={`Ablation table of ${table.experiment}`} columns={columns} rows={table.rows} id={({ variant }) => variant} look={({ role }) => role} />
        <Plot table={table} rows={sorted(table.rows, columns, param("sort"))} />
      </div>
      {table.grid !== null && <Grid table={table} grid={table.grid} column={plotted(table)} />}
      <Notes notes={table.notes} />
      <Source sql={table.sql} />
    </>
  )
}

const OfOne = ({ experiment }: { readonly experiment: string }) => {
  const metrics = paramAll("metrics")
  const query = { experiment, ...(metrics.length > 0 ? { metrics } : {}) }
  const known = useLive("/api/ablation", query)
  return <When what="The table" known={known}>{(table) => <Shown table={table} query={query} />}</When>
}

const Ablation = () => <OfExperiment title="Ablation">{(experiment) => <OfOne experiment={experiment} />}</OfExperiment>

export default Ablation
