/** What a query gave: as a table or a plot, and as a file. */
import { useSignal } from "@preact/signals"
import { beginning } from "../../parts/marks.ts"
import { type Column, Table } from "../../parts/table.tsx"
import { Visible } from "../../parts/visible.tsx"
import { type Answer, urlOf } from "../../shell/ask.ts"
import { change, param } from "../../shell/route.ts"
import { isNumeric, keysOf, type SqlAnswer } from "./columns.ts"
import { Plot } from "./plot.tsx"

type Cell = SqlAnswer["rows"][number][number]
type Row = { readonly cells: ReadonlyArray<Cell>; readonly index: number }

/** Characters of a cell that are shown at once. */
const long = 300

/** Characters of one that is unfolded. */
const whole = 100_000

const Long = ({ text }: { readonly text: string }) => {
  const open = useSignal(false)
  return (
    <details onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary class="cell"><Visible text={beginning(text, long)} />… <span class="muted">{text.length.toLocaleString("en")} characters</span></summary>
      {open.value && <pre class="whole"><Visible text={beginning(text, whole)} />{text.length > whole && "…"}</pre>}
    </details>
  )
}

const Text = ({ value }: { readonly value: Cell }) => {
  if (value === null) return <span class="muted">NULL</span>
  const text = String(value)
  if (typeof value === "number") return <>{text}</>
  return text.length > long ? <Long text={text} /> : <span class="cell"><Visible text={text} /></span>
}

const columnsOf = (answer: SqlAnswer): ReadonlyArray<Column<Row>> =>
  keysOf(answer).map((key, i) => ({
    key,
    title: <Visible text={answer.columns[i]!} />,
    number: isNumeric(answer, i),
    by: ({ cells }) => cells[i] ?? undefined,
    cell: ({ cells }) => <Text value={cells[i]!} />
  }))

/** Saves all rows as a file, or says why there is none. */
const Save = ({ format, query }: { readonly format: "csv" | "json"; readonly query: string }) => {
  const said = useSignal("")
  const save = async () => {
    said.value = "…"
    const response = await fetch(urlOf(`/api/sql/rows.${format}`, { query })).catch(() => undefined)
    if (response?.ok !== true) {
      const body = await response?.json().catch(() => undefined) as { readonly error?: { readonly message?: string } } | undefined
      said.value = body?.error?.message ?? "the server cannot be reached"
      return
    }
    const link = document.createElement("a")
    link.href = URL.createObjectURL(await response.blob())
    link.download = `answer.${format}`
    link.click()
    URL.revokeObjectURL(link.href)
    said.value = ""
  }
  return <span><button type="button" onClick={save}>Save as {format.toUpperCase()}</button> <span role="status" class="muted">{said.value}</span></span>
}

interface Props {
  readonly answer: SqlAnswer
  readonly query: string
  readonly colours: Answer<"/api/sql/guide">["colours"]
}

export const Result = ({ answer, colours, query }: Props) => {
  const asPlot = param("as") === "plot"
  const { more, rows, seconds } = answer
  return (
    <section aria-label="Answer">
      <div class="row">
        <span class="muted" role="status">
          {more ? `The first ${rows.length.toLocaleString("en")} rows; there are more` : `${rows.length} row${rows.length === 1 ? "" : "s"}`}, {seconds.toFixed(2)} s
        </span>
        <span>
          <button type="button" aria-pressed={!asPlot} onClick={() => change({ as: undefined })}>Table</button>{" "}
          <button type="button" aria-pressed={asPlot} onClick={() => change({ as: "plot" })}>Plot</button>
        </span>
        <Save format="csv" query={query} />
        <Save format="json" query={query} />
      </div>
      {rows.length === 0
        ? <p class="state">No row fits. The names in the guide may help: experiments, metrics and variants are written as they were declared.</p>
        : asPlot
        ? <Plot answer={answer} colours={colours} />
        : <Table caption="Result" columns={columnsOf(answer)} rows={rows.map((cells, index) => ({ cells, index }))} id={({ index }) => String(index)} />}
    </section>
  )
}
