/** Experiments: what was asked, and how far it is. */
import { Progress } from "../../parts/progress.tsx"
import { Empty, When } from "../../parts/states.tsx"
import { type Column, Table } from "../../parts/table.tsx"
import { Ago } from "../../parts/time.tsx"
import type { Answer } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { href } from "../../shell/route.ts"
import { Running } from "./running.tsx"
import "./experiments.css"

type Experiment = Answer<"/api/experiments">[number]

const columns: ReadonlyArray<Column<Experiment>> = [
  {
    key: "name",
    title: "Experiment",
    by: ({ name }) => name,
    cell: ({ name, question }) => (
      <>
        <a href={href("ablation", { experiment: name })}>{name}</a>
        <div class="muted plain">{question}</div>
      </>
    )
  },
  { key: "status", title: "Status", by: ({ status }) => status, cell: ({ status }) => <span class={`status ${status}`}>{status}</span> },
  {
    key: "done",
    title: "Done",
    number: true,
    by: ({ done, runs }) => done / runs,
    cell: ({ done, failed, runs }) => (
      <>
        <span>{done} of {runs}</span>
        <Progress label={`${done} of ${runs} runs done, ${failed} failed`} done={done} failed={failed} of={runs} />
      </>
    )
  },
  { key: "failed", title: "Failed", number: true, by: ({ failed }) => failed, cell: ({ failed }) => failed },
  { key: "changed", title: "Last change", by: ({ changedAt }) => changedAt ?? undefined, cell: ({ changedAt }) => <Ago at={changedAt} /> }
]

const Experiments = () => {
  const known = useLive("/api/experiments", {})
  return (
    <>
      <h1>Experiments</h1>
      <When what="The experiments" known={known}>
        {(all) =>
          all.length === 0
            ? <Empty title="No experiment yet"><p>Run a study, such as <code>assay run pipelines/reward-comparison.ts</code>, and it shows up here.</p></Empty>
            : (
              <>
                {all.filter(({ running }) => running.length > 0).map((experiment) => <Running key={experiment.name} experiment={experiment} />)}
                <Table caption="Experiments" columns={columns} rows={all} id={({ name }) => name} />
              </>
            )}
      </When>
    </>
  )
}

export default Experiments
