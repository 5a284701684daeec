/** What is shown of the curves, and how: every choice goes into the URL. */
import type { Answer } from "../../shell/ask.ts"
import { change } from "../../shell/route.ts"
import { setNumber, shows, type State } from "./state.ts"

type Choices = Answer<"/api/curves/choices">
export type Kind = Choices["kinds"][number]

interface Props {
  readonly state: State
  readonly experiments: ReadonlyArray<string>
  /** All that there are. */
  readonly all: ReadonlyArray<string>
  readonly choices: Choices
  /** Undefined where the one that is named was not recorded. */
  readonly kind: Kind | undefined
}

const Experiments = ({ all, experiments }: Pick<Props, "all" | "experiments">) => {
  const toggle = (name: string) => {
    const next = experiments.includes(name) ? experiments.filter((one) => one !== name) : [...experiments, name]
    if (next.length > 0) change({ experiment: next, hide: undefined })
  }
  return (
    <details class="choose">
      <summary>{experiments.length === 1 ? experiments[0] : `${experiments.length} experiments`}</summary>
      <fieldset>
        <legend class="hidden">Experiments over each other</legend>
        {all.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={experiments.includes(name)} onChange={() => toggle(name)} /> {name}
          </label>
        ))}
      </fieldset>
    </details>
  )
}

const valueOf = ({ kind, name }: Pick<Kind, "kind" | "name">): string => `${kind} ${name}`

const KindSelect = ({ choices, kind }: Pick<Props, "choices" | "kind">) => {
  const choose = (value: string) => {
    const [kind, name] = [value.slice(0, value.indexOf(" ")), value.slice(value.indexOf(" ") + 1)]
    change({ metric: kind === "metric" ? name : undefined, part: kind === "part" ? name : undefined })
  }
  return (
    <label>
      Curve{" "}
      <select value={kind === undefined ? "" : valueOf(kind)} onChange={(event) => choose(event.currentTarget.value)}>
        {kind === undefined && <option value="" disabled>choose one</option>}
        {(["metric", "part"] as const).map((group) => {
          const own = choices.kinds.filter((one) => one.kind === group)
          return own.length === 0 ? null : (
            <optgroup key={group} label={group === "metric" ? "Metrics" : "Parts of the reward"}>
              {own.map((one) => <option key={one.name} value={valueOf(one)}>{one.name}</option>)}
            </optgroup>
          )
        })}
      </select>
    </label>
  )
}

export const Controls = ({ all, choices, experiments, kind, state }: Props) => {
  const axes = [...new Set(choices.experiments.flatMap((experiment) => experiment.axes))]
  return (
    <div class="controls row">
      <Experiments all={all} experiments={experiments} />
      <KindSelect choices={choices} kind={kind} />
      <label>
        By{" "}
        <select value={state.by} onChange={(event) => change({ by: event.currentTarget.value || undefined, hide: undefined })}>
          <option value="">variant</option>
          {axes.map((axis) => <option key={axis} value={axis}>{axis}</option>)}
        </select>
      </label>
      <label>
        Seeds{" "}
        <select value={state.show} onChange={(event) => change({ show: event.currentTarget.value })}>
          {Object.entries(shows).map(([value, title]) => <option key={value} value={value}>{title}</option>)}
        </select>
      </label>
      <label title="Exponential average, debiased; what was recorded stays faint beneath it">
        Smoothing{" "}
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={state.smoothing}
          onInput={(event) => setNumber("smooth", event.currentTarget.value === "0" ? "" : event.currentTarget.value)}
        />{" "}
        <output>{state.smoothing.toFixed(2)}</output>
      </label>
      <label>
        <input type="checkbox" checked={state.log} onChange={(event) => change({ log: event.currentTarget.checked ? "1" : undefined })} /> log scale
      </label>
      <label>
        Up to step{" "}
        <input type="number" min="0" step="1" class="short" value={state.to ?? ""} placeholder={kind && String(kind.lastStep)} onChange={(event) => setNumber("to", event.currentTarget.value)} />
      </label>
      <label title="Marks the first step from which on the mean over five steps lies so much above that of the first five">
        Risen by{" "}
        <input type="number" step="any" class="short" value={state.rise ?? ""} placeholder="0.1" onChange={(event) => setNumber("rise", event.currentTarget.value)} />
      </label>
    </div>
  )
}
