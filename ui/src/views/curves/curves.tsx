/** Curves: any metric or part of the reward over steps, seeds as bands or lines, several experiments over each other. */
import { useSignal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import { Empty, When } from "../../parts/states.tsx"
import { Visible } from "../../parts/visible.tsx"
import { useWidth } from "../../parts/width.ts"
import type { Answer } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { change } from "../../shell/route.ts"
import { Chart } from "./chart.tsx"
import { Controls, type Kind } from "./controls.tsx"
import "./curves.css"
import { Legend } from "./legend.tsx"
import { type Curves as CurvesAnswer, pictureOf } from "./picture.ts"
import { readState, type State } from "./state.ts"

type Choices = Answer<"/api/curves/choices">

/** What the URL names; where it names nothing, the reward, or else whatever there is. */
const kindOf = ({ kinds }: Choices, { metric, part }: State): Kind | undefined =>
  metric === "" && part === ""
    ? kinds.find(({ name }) => name.endsWith("/reward")) ?? kinds[0]
    : kinds.find(({ kind, name }) => name === (kind === "metric" ? metric : part))

const notesOf = ({ groups, span, steps }: CurvesAnswer, below: number, { from, smoothing, to }: State): ReadonlyArray<string> => [
  ...(span > 1 ? [`Each ${span} steps are drawn by their lowest and their highest value.`] : []),
  ...(groups.some(({ band }) => band !== null && band.fewer !== null) ? ["Dots: the mean of fewer seeds than the line is of, where some ended before, failed, have not come so far, or have no finite value."] : []),
  ...(smoothing > 0 ? [`Exponential average with weight ${smoothing}, debiased, of each seed; faint: what was recorded.`] : []),
  ...(below > 0 ? [`${below} points at or below 0 have no place on a logarithmic scale.`] : []),
  ...(from !== undefined || to !== undefined ? [`Steps ${steps[0] ?? from ?? 0} to ${steps.at(-1) ?? to}.`] : [])
]

interface PlotProps {
  readonly curves: CurvesAnswer
  readonly kind: Kind
  readonly state: State
  readonly width: number
}

const Plot = ({ curves, kind, state, width }: PlotProps) => {
  const pointed = useSignal<number | null>(null)
  const hidden = JSON.stringify([...state.hidden])
  const picture = useMemo(() => pictureOf(curves, state.hidden, state.log), [curves, hidden, state.log])
  if (curves.groups.length === 0) {
    return <Empty title="No curve here"><p>Nothing of it was recorded at these steps, or by runs of these experiments yet.</p></Empty>
  }
  return (
    <>
      <Chart
        picture={picture}
        groups={curves.groups}
        width={width}
        log={state.log}
        label={`${kind.name} over steps ${curves.steps[0]} to ${curves.steps.at(-1)}, ${curves.groups.length} lines`}
        yLabel={`${kind.name}${kind.unit === "" ? "" : ` (${kind.unit})`}`}
        onPoint={(index) => (pointed.value = index)}
        onRange={(from, to) => change({ from: String(from), to: String(to) })}
      />
      <div class="row notes muted">
        {notesOf(curves, picture.below, state).map((note) => <span key={note}>{note}</span>)}
        {(state.from !== undefined || state.to !== undefined) && (
          <button type="button" onClick={() => change({ from: undefined, to: undefined })}>All steps</button>
        )}
      </div>
      <Legend curves={curves} hidden={state.hidden} pointed={pointed.value} variants={state.by === ""} rises={state.rise !== undefined} />
    </>
  )
}

/** What is named is none of what was recorded over steps, while other things were. */
const NoneOf = ({ name }: { readonly name: string }) => (
  <Empty title="No curve of this name">
    <p><Visible text={name} /> was recorded at no more than one step by runs of these experiments so far. Choose another curve above.</p>
  </Empty>
)

interface OfProps {
  readonly experiments: readonly [string, ...Array<string>]
  readonly all: ReadonlyArray<string>
  readonly choices: Choices
}

const Of = ({ all, choices, experiments }: OfProps) => {
  const state = readState()
  const [box, width] = useWidth()
  const kind = kindOf(choices, state)
  // what was chosen for the viewer is in the address as well: a link shows the same tomorrow
  const unnamed = state.metric === "" && state.part === "" ? kind : undefined
  useEffect(() => {
    if (unnamed !== undefined) change({ [unnamed.kind]: unnamed.name }, { replace: true })
  }, [unnamed?.kind, unnamed?.name])
  const { by, from, rise, show, smoothing, to } = state
  const known = useLive("/api/curves", kind === undefined || width === 0 ? undefined : {
    experiment: experiments,
    kind: kind.kind,
    name: kind.name,
    show,
    smoothing,
    width,
    ...(by === "" ? {} : { by }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(rise === undefined ? {} : { rise })
  })
  return (
    <div ref={box}>
      {choices.kinds.length === 0
        ? (
          <Empty title="Nothing was recorded over steps yet">
            <p>Training loops record their curves with each step, and <code>assay import</code> brings those of other trainers. Evaluations have one value each: see the ablation.</p>
          </Empty>
        )
        : (
          <>
            <Controls all={all} choices={choices} experiments={experiments} kind={kind} state={state} />
            {kind === undefined
              ? <NoneOf name={state.metric || state.part} />
              : (
                <When what="The curves" known={known}>
                  {(curves) => <Plot curves={curves} kind={kind} state={state} width={width} />}
                </When>
              )}
          </>
        )}
    </div>
  )
}

const Chosen = ({ all, experiments }: Omit<OfProps, "choices">) => {
  const known = useLive("/api/curves/choices", { experiment: experiments })
  return <When what="The curves" known={known}>{(choices) => <Of all={all} choices={choices} experiments={experiments} />}</When>
}

/** Names the newest experiment in the address, as nothing else does: another one that changes later does not take its place. */
const Newest = ({ name }: { readonly name: string }) => {
  useEffect(() => change({ experiment: name }, { replace: true }), [])
  return null
}

const Curves = () => {
  const known = useLive("/api/experiments", {})
  const { experiments } = readState()
  return (
    <>
      <h1>Curves</h1>
      <When what="The curves" known={known}>
        {(found) => {
          const all = found.map(({ name }) => name)
          const [first, ...others] = experiments
          if (first !== undefined) return <Chosen all={all} experiments={[first, ...others]} />
          return all[0] !== undefined
            ? <Newest name={all[0]} />
            : <Empty title="No experiment yet"><p>Run a study, such as <code>assay run pipelines/reward-comparison.ts</code>, and its curves grow here.</p></Empty>
        }}
      </When>
    </>
  )
}

export default Curves
