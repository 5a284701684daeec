/** What happened to a run, in words. */
import { When } from "../../parts/states.tsx"
import { type Column, Table } from "../../parts/table.tsx"
import { Visible } from "../../parts/visible.tsx"
import type { Answer } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"

type Entry = Answer<"/api/runs/log">["entries"][number]

const classes = { debug: "muted", info: "", warn: "warn", error: "bad" } as const

/** To the second, as entries lie close together; the whole of it on hovering. */
const Clock = ({ at }: { readonly at: string }) => (
  <time class="plain muted" dateTime={at} title={new Date(at).toLocaleString()}>{new Date(at).toLocaleTimeString("en-GB")}</time>
)

const columns: ReadonlyArray<Column<Entry>> = [
  { key: "at", title: "When", cell: ({ at }) => <Clock at={at} /> },
  { key: "level", title: "Level", cell: ({ level }) => <span class={classes[level]}>{level}</span> },
  { key: "stage", title: "Stage", cell: ({ stage }) => stage ?? <span class="muted">the run</span> },
  { key: "message", title: "What", cell: ({ level, message }) => <div class={`message wrap ${classes[level]}`}><Visible text={message} /></div> }
]

/** The server gives the last entries: how many came before them is said, and where they are. */
const Earlier = ({ count, run }: { readonly count: number; readonly run: number }) => (
  <p class="muted">{count.toLocaleString("en")} earlier {count === 1 ? "entry is" : "entries are"} not shown: <code>assay logs {run}</code> prints the whole log.</p>
)

export const Log = ({ run }: { readonly run: number }) => {
  const known = useLive("/api/runs/log", { run })
  return (
    <When what="The log" known={known}>
      {({ entries }) => {
        const [first] = entries
        if (first === undefined) return <p class="muted">Nothing is logged: it was imported, ran before logs were kept, or found everything finished.</p>
        return (
          <>
            {first.ordinal > 0 && <Earlier count={first.ordinal} run={run} />}
            <Table caption="Log" columns={columns} rows={entries} id={({ ordinal }) => String(ordinal)} />
          </>
        )
      }}
    </When>
  )
}
