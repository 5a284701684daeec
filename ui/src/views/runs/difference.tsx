/** What tells two runs apart, and nothing else. */
import type { ComponentChildren } from "preact"
import { indented, valueOf } from "../../parts/json.ts"
import { Empty } from "../../parts/states.tsx"
import { Visible } from "../../parts/visible.tsx"
import type { Answer } from "../../shell/ask.ts"
import { href } from "../../shell/route.ts"
import { compared, type Piece, shortened } from "./texts.ts"

type Difference = Answer<"/api/runs/difference">
type Change = Difference["params"][number]
type Side = Difference["left"]

const Same = ({ first, last, text }: { readonly text: string; readonly first: boolean; readonly last: boolean }) => {
  const { end, left, start } = shortened(text, first, last)
  return (
    <>
      <Visible text={start} />
      {left > 0 && <span class="alike"> … {left.toLocaleString("en")} characters alike … </span>}
      <Visible text={end} />
    </>
  )
}

/** One side of two texts: what the other side has not is marked. */
const Text = ({ of, pieces }: { readonly of: "left" | "right"; readonly pieces: ReadonlyArray<Piece> }) => {
  const own = pieces.filter((piece) => piece.in === "both" || piece.in === of)
  return (
    <pre class="wrap">
      {own.map(({ in: whose, text }, i) =>
        whose === "both"
          ? <Same key={i} text={text} first={i === 0} last={i === own.length - 1} />
          : of === "left" ? <del key={i}><Visible text={text} /></del> : <ins key={i}><Visible text={text} /></ins>
      )}
    </pre>
  )
}

const read = (json: string | null): unknown => json === null ? undefined : valueOf(json)

const Value = ({ json }: { readonly json: string | null }) => {
  const value = read(json)
  if (value === undefined) return <span class="muted">nothing there</span>
  return <pre class="wrap"><Visible text={indented(value)} /></pre>
}

/** A hash says that something changed; which characters of it did says nothing. */
const Hash = ({ text }: { readonly text: string }) => <code title={text}>{text.slice(0, 12)}</code>

const isHash = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value)

const Both = ({ change: { left, right } }: { readonly change: Change }) => {
  const [a, b] = [read(left), read(right)]
  if (isHash(a) && isHash(b)) {
    return (
      <>
        <td><Hash text={a} /></td>
        <td><Hash text={b} /></td>
      </>
    )
  }
  if (typeof a !== "string" || typeof b !== "string") {
    return (
      <>
        <td><Value json={left} /></td>
        <td><Value json={right} /></td>
      </>
    )
  }
  const pieces = compared(a, b)
  return (
    <>
      <td><Text of="left" pieces={pieces} /></td>
      <td><Text of="right" pieces={pieces} /></td>
    </>
  )
}

const nameOf = ({ run, seed, variant }: Side): string => `run ${run}: ${variant}, seed ${seed}`

interface ChangesProps {
  readonly caption: string
  readonly changes: ReadonlyArray<Change>
  readonly between: Difference
  /** What a path means. */
  readonly titleOf?: (path: string) => ComponentChildren
}

const Changes = ({ between, caption, changes, titleOf = (path) => path }: ChangesProps) => (
  <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
    <table class="changes">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">{nameOf(between.left)}</th>
          <th scope="col">{nameOf(between.right)}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path}>
            <th scope="row">{titleOf(change.path)}</th>
            <Both change={change} />
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** The words for parts of what a fingerprint stands for; config goes by its own names. */
const meanings: ReadonlyArray<readonly [path: RegExp, title: string]> = [
  [/(^|\.)code$/, "code, or what it calls"],
  [/(^|\.)packages(\.|$)/, "versions of packages that the code uses"],
  [/(^|\.)content$/, "content of the files that it reads"],
  [/^random\.seed$/, "seed"],
  [/^random/, "stream of chance"]
]

const StagePath = ({ path }: { readonly path: string }) => {
  const [, meaning] = meanings.find(([pattern]) => pattern.test(path)) ?? []
  return meaning === undefined ? <>{path.replace(/^node\./, "")}</> : <>{meaning} <span class="muted plain">{path}</span></>
}

const Stage = ({ between, stage: { differences, label, only, upstream } }: { readonly between: Difference; readonly stage: Difference["stages"][number] }) => (
  <>
    <h3>{label}</h3>
    {only !== null && <p>Only in {nameOf(between[only])}.</p>}
    {only === null && differences.length === 0 && <p>The same in itself: it differs by what earlier stages give it.</p>}
    {differences.length > 0 && (
      <>
        {upstream && <p class="muted">What earlier stages give it is different, too.</p>}
        <Changes caption={`What tells ${label} apart`} changes={differences} between={between} titleOf={(path) => <StagePath path={path} />} />
      </>
    )}
  </>
)

export const RunDifference = ({ between }: { readonly between: Difference }) => {
  const { environment, left, params, right, stages } = between
  return (
    <>
      <p>
        <a href={href("runs", { experiment: left.experiment, run: String(left.run) })}>{nameOf(left)}</a> against{" "}
        <a href={href("runs", { experiment: right.experiment, run: String(right.run) })}>{nameOf(right)}</a>{" "}
        <a class="swap" href={href("runs", { experiment: left.experiment, run: String(right.run), other: String(left.run) })}>swap</a>
      </p>
      {params.length + environment.length + stages.length === 0 && (
        <Empty title="They differ in nothing"><p>Config, environment and the fingerprints of all stages are the same.</p></Empty>
      )}
      {params.length > 0 && (
        <>
          <h2>Config</h2>
          <Changes caption="Config that differs" changes={params} between={between} />
        </>
      )}
      {stages.length > 0 && (
        <>
          <h2>Stages</h2>
          {stages.map((stage) => <Stage key={stage.label} stage={stage} between={between} />)}
        </>
      )}
      {environment.length > 0 && (
        <>
          <h2>Environment</h2>
          <Changes caption="Environment that differs" changes={environment} between={between} />
        </>
      )}
    </>
  )
}
