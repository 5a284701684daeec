/** One sample whole, or two of them side by side. */
import { beginning, plain } from "../../parts/marks.ts"
import { Fold } from "../../parts/fold.tsx"
import { Picture } from "../../parts/picture.tsx"
import { When } from "../../parts/states.tsx"
import { Visible } from "../../parts/visible.tsx"
import { readWindow, type Window, windowText } from "../../parts/window.ts"
import { useShortcuts } from "../../shell/keys.ts"
import { useLive } from "../../shell/live.ts"
import { change, go, href, param } from "../../shell/route.ts"
import { Answer } from "./answer.tsx"
import { LabelSwitches, Legend, RoleSwitch } from "./boxes.tsx"
import { Rewards } from "./rewards.tsx"
import { besideSample, drawnBoxes, experiment, imageOf, runText, stageText, type Whole, withKeys } from "./state.ts"

/** Both pictures show the same part, so that one can be held against the other. */
const setWindow = (window: Window): void => change({ zoom: windowText(window) }, { replace: true })

const Seen = ({ sample }: { readonly sample: Whole }) => {
  const { boxes, example, id, picture, predictions, truths } = sample
  const alt = `Picture of example ${plain(beginning(example, 200))} with ${truths} true and ${predictions} predicted boxes`
  if (picture === null) return <p class="muted panel">This sample has no picture.</p>
  if (picture.width === null || picture.height === null) return <img class="picture" src={imageOf(id, 1600)} alt={alt} />
  return (
    <Picture
      src={imageOf(id, 1600)}
      alt={alt}
      width={picture.width}
      height={picture.height}
      boxes={drawnBoxes(boxes)}
      window={readWindow(param("zoom"))}
      onWindow={setWindow}
    />
  )
}

/** Boxes that are counted and not drawn. */
const NotDrawn = ({ sample: { boxes, predictions, truths } }: { readonly sample: Whole }) => {
  const [more, lost] = [truths + predictions - boxes.length, boxes.filter(({ corners }) => corners === null).length]
  return (
    <>
      {more > 0 && <p class="muted">{more} more boxes are not drawn.</p>}
      {lost > 0 && <p class="muted">{lost} {lost === 1 ? "box has" : "boxes have"} no place on the picture: a corner is no number, or sizes are not known.</p>}
    </>
  )
}

const facts = (sample: Whole): string =>
  [
    `${stageText(sample)}, step ${sample.step}`,
    sample.task === null || sample.task === sample.label ? undefined : `task ${sample.task}`,
    sample.tokens === null ? "tokens were not counted" : `${sample.tokens} tokens`,
    sample.finish === "length" ? "cut off at its longest" : "ended by itself"
  ].filter((fact) => fact !== undefined).join(" · ")

interface OneProps {
  readonly sample: Whole
  /** Of two: which. */
  readonly side?: "Left" | "Right"
}

const One = ({ sample, side }: OneProps) => (
  <section class={side === undefined ? "one alone" : "one"} aria-label={side ?? "Sample"}>
    <header>
      <h3>{side !== undefined && <span class="muted plain">{side}: </span>}{runText(sample.runs)}</h3>
      <p class="muted">{facts(sample)}</p>
    </header>
    <div>
      <Seen sample={sample} />
      <NotDrawn sample={sample} />
    </div>
    <div>
      {side === undefined && <Rewards left={sample.rewards} />}
      <h4>Answer</h4>
      <Answer title="Answer" text={sample.completion} />
      <Fold name="solution" title="Solution"><Answer title="Solution" text={sample.solution} /></Fold>
      <Fold name="prompt" title="Prompt, as the model read it"><Answer title="Prompt" text={sample.prompt} flowing /></Fold>
      <Fold name="kept" title="What else was kept"><Answer title="Details" text={sample.details} flowing /></Fold>
    </div>
  </section>
)

interface ShownProps {
  readonly sample: Whole
  readonly right: Whole | undefined
}

/** Where the same example was answered too; what a link puts beside it may be none of these, such as another run's answer at another step. */
const Beside = ({ right, sample }: ShownProps) => {
  const { otherRuns, otherSteps } = sample
  const isOther = right !== undefined && [...otherRuns, ...otherSteps].every(({ id }) => id !== right.id)
  if (otherRuns.length + otherSteps.length === 0 && !isOther) return <span class="muted">No other run or step answered this example.</span>
  return (
    <label>
      Beside it{" "}
      <select value={param("with")} onChange={({ currentTarget: { value } }) => change({ with: value === "" ? undefined : value })}>
        <option value="">nothing</option>
        {isOther && <option value={String(right.id)}>{`${runText(right.runs)}, step ${right.step}`}</option>}
        {otherRuns.length > 0 && (
          <optgroup label="Other runs">{otherRuns.map(({ id, runs }) => <option key={id} value={String(id)}>{runText(runs)}</option>)}</optgroup>
        )}
        {otherSteps.length > 0 && (
          <optgroup label="Other steps">{otherSteps.map(({ id, step }) => <option key={id} value={String(id)}>step {step}</option>)}</optgroup>
        )}
      </select>
    </label>
  )
}

const placeOf = ({ execution, scope, step }: Whole): string => `${execution}:${step}${scope === "" ? "" : `:${scope}`}`

const Shown = ({ right, sample }: ShownProps) => (
  <>
    <div class="row">
      <Beside sample={sample} right={right} />
      {right !== undefined && (
        <a href={href("samples", { experiment: experiment(), left: placeOf(sample), right: placeOf(right), part: param("part") || undefined })}>
          All examples of these two, the most changed first
        </a>
      )}
      {sample.boxes.length > 0 && <RoleSwitch />}
      {sample.boxes.length > 0 && <Legend />}
    </div>
    <LabelSwitches boxes={sample.boxes} beside={right?.boxes} />
    {right === undefined
      ? <One sample={sample} />
      : (
        <>
          <Rewards left={sample.rewards} right={right.rewards} />
          <div class="beside">
            <One sample={sample} side="Left" />
            <One sample={right} side="Right" />
          </div>
        </>
      )}
  </>
)

interface Props {
  readonly id: number
  /** Samples of the page of the list that it was opened from, in order. */
  readonly page: ReadonlyArray<number>
  /** Behind the last of the page: the first of the next one, and where that begins. */
  readonly following: { readonly id: number; readonly after: string } | undefined
}

export const WholeSample = ({ following, id, page }: Props) => {
  const beside = besideSample()
  const known = useLive("/api/sample", { id, experiment: experiment() }, { once: true })
  const other = useLive("/api/sample", beside === undefined ? undefined : { id: beside, experiment: experiment() }, { once: true })
  const at = page.indexOf(id)
  const [previous, next] = at < 0 ? [undefined, undefined] : [page[at - 1], page[at + 1]]
  const to = (sample: number) => withKeys({ sample: String(sample), with: undefined, zoom: undefined })
  const back = withKeys({ sample: undefined, with: undefined, zoom: undefined })
  const onward = next !== undefined ? to(next) : following && withKeys({ after: following.after, sample: String(following.id), with: undefined, zoom: undefined })
  const follow = (url: string | undefined) => () => url !== undefined && go(url)
  useShortcuts([
    { keys: "j", does: "next sample", run: follow(onward) },
    { keys: "k", does: "previous sample of the page", run: follow(previous === undefined ? undefined : to(previous)) },
    { keys: "u", does: "back to the list of samples", run: () => go(back) }
  ])
  return (
    <>
      <nav class="row" aria-label="Samples">
        <a href={back}>All samples</a>
        {previous !== undefined && <a href={to(previous)} title="k">Previous</a>}
        {onward !== undefined && <a href={onward} title="j">Next</a>}
      </nav>
      <When what={`Sample ${id}`} known={known}>
        {(sample) => (
          <>
            <h2>Example <Visible text={beginning(sample.example, 200)} /></h2>
            {beside === undefined
              ? <Shown sample={sample} right={undefined} />
              : <When what={`Sample ${beside}`} known={other}>{(right) => <Shown sample={sample} right={right} />}</When>}
          </>
        )}
      </When>
    </>
  )
}
