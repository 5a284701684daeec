/** A run: its stages, its last numbers, its config, and what it ran on. */
import { Copy } from "../../parts/copy.tsx"
import { indented, valueOf } from "../../parts/json.ts"
import { When } from "../../parts/states.tsx"
import { type Column, Table } from "../../parts/table.tsx"
import { Ago } from "../../parts/time.tsx"
import { Visible } from "../../parts/visible.tsx"
import type { Answer } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { change, href } from "../../shell/route.ts"
import { Log } from "./log.tsx"
import { Took } from "./took.tsx"
import { treeOf } from "./paths.ts"
import { Leaf, Tree } from "./tree.tsx"

type Run = Answer<"/api/runs/one">
type Stage = Run["stages"][number]
type Metric = Run["metrics"][number]

const stageColumns: ReadonlyArray<Column<Stage>> = [
  { key: "label", title: "Stage", cell: ({ kind, label }) => <>{label} <span class="muted plain">{kind}</span></> },
  {
    key: "status",
    title: "Status",
    cell: ({ error, reused, status }) => (
      <>
        <span class={`status ${status}`}>{status}</span>
        {reused && <span class="muted"> reused</span>}
        {error !== null && <div class="bad error"><Visible text={error} /></div>}
      </>
    )
  },
  { key: "took", title: "Took", number: true, cell: ({ endedAt, startedAt, status }) => <Took from={startedAt} to={endedAt} running={status === "running"} /> },
  { key: "ended", title: "Ended", cell: ({ endedAt }) => <Ago at={endedAt} /> },
  {
    key: "kept",
    title: "Keeps weights",
    cell: ({ kept }) =>
      kept.map(({ artifact, role, step, used }) => (
        <div key={role} title={`sha256 ${artifact}`}>{role}, step {step}{used && <span class="muted">, handed on</span>}</div>
      ))
  },
  {
    key: "fingerprint",
    title: "Fingerprint",
    cell: ({ fingerprint, preimage }) => (
      <details>
        <summary title={fingerprint}><code>{fingerprint.slice(0, 12)}</code></summary>
        <pre class="preimage"><Visible text={indented(valueOf(preimage))} /></pre>
        <Copy text={fingerprint} label="Copy fingerprint" />
      </details>
    )
  }
]

const metricColumns: ReadonlyArray<Column<Metric>> = [
  { key: "name", title: "Metric", by: ({ name, scope }) => `${scope}/${name}`, cell: ({ name, scope }) => <><span class="muted plain">{scope}/</span>{name}</> },
  {
    key: "value",
    title: "Last value",
    number: true,
    by: ({ value }) => value ?? undefined,
    cell: ({ value }) => value === null ? <span class="warn">not finite</span> : <span title={String(value)}>{Number(value.toPrecision(6))}</span>
  },
  { key: "unit", title: "Unit", cell: ({ unit }) => unit }
]

const CompareWith = ({ run }: { readonly run: Run }) => {
  const known = useLive("/api/runs", { experiment: run.experiment })
  const others = (known.value.value ?? []).filter((other) => other.run !== run.run)
  return (
    <label>
      Compare with{" "}
      <select value="" onChange={(event) => event.currentTarget.value !== "" && change({ other: event.currentTarget.value })}>
        <option value="">choose a run…</option>
        {others.map(({ current, run, seed, variant }) => (
          <option key={run} value={String(run)}>{`${run}: ${variant}, seed ${seed}${current ? "" : ", before a change"}`}</option>
        ))}
      </select>
    </label>
  )
}

const Shown = ({ run }: { readonly run: Run }) => (
  <>
    <div class="row">
      <span class={`status ${run.status}`}>{run.status}</span>
      <span>started <Ago at={run.startedAt} /></span>
      <span>took <Took from={run.startedAt} to={run.endedAt} running={run.status === "running"} /></span>
      {!run.current && <span class="warn">The study has changed since: tables leave this run out.</span>}
      <CompareWith run={run} />
      <a href={href("curves", { experiment: run.experiment })}>curves</a>
      {run.current && <a href={href("samples", { experiment: run.experiment, run: String(run.run) })}>samples</a>}
    </div>
    {run.error !== null && <pre class="bad wrap" role="alert"><Visible text={run.error} /></pre>}
    <h2>Stages</h2>
    {run.stages.length === 0
      ? <p class="muted">None has begun.</p>
      : <Table caption="Stages" columns={stageColumns} rows={run.stages} id={({ position }) => String(position)} />}
    <h2>Last numbers</h2>
    {run.metrics.length === 0
      ? <p class="muted">Nothing has been measured yet.</p>
      : <Table caption="Last numbers" columns={metricColumns} rows={run.metrics} id={({ name, scope }) => `${scope}/${name}`} />}
    <h2>Config</h2>
    <Tree branch={treeOf(run.params)} />
    <h2>Environment</h2>
    <dl class="facts">
      {Object.entries(run.environment).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd><Leaf value={value} /></dd>
        </div>
      ))}
    </dl>
    <h2>Log</h2>
    <Log run={run.run} />
    <p class="muted">
      On a terminal: <code>assay show {run.run}</code>, <code>assay logs {run.run} --follow</code>.
    </p>
  </>
)

export const One = ({ run }: { readonly run: number }) => {
  const known = useLive("/api/runs/one", { run })
  return (
    <When what={`Run ${run}`} known={known}>
      {(found) => (
        <>
          <h1>Run {found.run}: {found.variant}, seed {found.seed}</h1>
          <p class="muted"><a href={href("runs", { experiment: found.experiment })}>{found.experiment}</a></p>
          <Shown run={found} />
        </>
      )}
    </When>
  )
}
