/** The runs of an experiment. */
import { Empty, When } from "../../parts/states.tsx"
import { type Column, Table } from "../../parts/table.tsx"
import { Ago } from "../../parts/time.tsx"
import type { Answer } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { change, href, param } from "../../shell/route.ts"
import { Took } from "./took.tsx"

export type RunRow = Answer<"/api/runs">[number]

const columnsFor = (experiment: string): ReadonlyArray<Column<RunRow>> => [
  {
    key: "run",
    title: "Run",
    number: true,
    by: ({ run }) => run,
    cell: ({ run }) => <a href={href("runs", { experiment, run: String(run) })}>{run}</a>
  },
  {
    key: "variant",
    title: "Variant",
    by: ({ variant }) => variant,
    cell: ({ current, role, variant }) => (
      <>
        {variant}
        {role !== "variant" && <span class="muted"> ({role})</span>}
        {!current && <span class="muted"> · before a change</span>}
      </>
    )
  },
  { key: "seed", title: "Seed", number: true, by: ({ seed }) => seed, cell: ({ seed }) => seed },
  { key: "status", title: "Status", by: ({ status }) => status, cell: ({ status }) => <span class={`status ${status}`}>{status}</span> },
  {
    key: "started",
    title: "Started",
    by: ({ startedAt }) => startedAt ?? undefined,
    cell: ({ startedAt }) => <Ago at={startedAt} />
  },
  {
    key: "took",
    title: "Took",
    number: true,
    hint: "From when it was last started to its end",
    by: ({ endedAt, startedAt }) => startedAt === null || endedAt === null ? undefined : Date.parse(endedAt) - Date.parse(startedAt),
    cell: ({ endedAt, startedAt }) => <Took from={startedAt} to={endedAt} />
  },
  {
    key: "stages",
    title: "Stages",
    number: true,
    hint: "How many, and how many of them were finished before",
    by: ({ stages }) => stages,
    cell: ({ reused, stages }) => <>{stages}{reused > 0 && <span class="muted">, {reused} reused</span>}</>
  },
  { key: "error", title: "Error", cell: ({ error }) => error === null ? "" : <span class="bad error">{error}</span> }
]

/** Those that the URL asks for: of a variant, of a seed, with those from before the study changed. */
const asked = (rows: ReadonlyArray<RunRow>) => {
  const [variant, seed, earlier] = [param("variant"), param("seed"), param("earlier") === "1"]
  return rows.filter((row) => (earlier || row.current) && (variant === "" || row.variant === variant) && (seed === "" || String(row.seed) === seed))
}

const Filters = ({ rows }: { readonly rows: ReadonlyArray<RunRow> }) => {
  const variants = [...new Set(rows.map(({ variant }) => variant))]
  const seeds = [...new Set(rows.map(({ seed }) => seed))].toSorted((a, b) => a - b)
  const earlier = rows.filter(({ current }) => !current).length
  return (
    <div class="row">
      <label>
        Variant{" "}
        <select value={param("variant")} onChange={(event) => change({ variant: event.currentTarget.value || undefined })}>
          <option value="">all</option>
          {variants.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      <label>
        Seed{" "}
        <select value={param("seed")} onChange={(event) => change({ seed: event.currentTarget.value || undefined })}>
          <option value="">all</option>
          {seeds.map((seed) => <option key={seed} value={String(seed)}>{seed}</option>)}
        </select>
      </label>
      {earlier > 0 && (
        <label>
          <input type="checkbox" checked={param("earlier") === "1"} onChange={(event) => change({ earlier: event.currentTarget.checked ? "1" : undefined })} />{" "}
          with {earlier} of before the study changed
        </label>
      )}
    </div>
  )
}

export const Runs = ({ experiment }: { readonly experiment: string }) => {
  const known = useLive("/api/runs", { experiment })
  return (
    <When what="The runs" known={known}>
      {(rows) => {
        const shown = asked(rows)
        return (
          <>
            <Filters rows={rows} />
            {shown.length === 0
              ? <Empty title="No run of that kind"><p>Other variants, seeds or earlier runs may be there: change what is asked for above.</p></Empty>
              : <Table caption={`Runs of ${experiment}`} columns={columnsFor(experiment)} rows={shown} id={({ run }) => String(run)} />}
          </>
        )
      }}
    </When>
  )
}
