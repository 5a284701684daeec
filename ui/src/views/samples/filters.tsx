/** What the list is chosen and sorted by. Every choice is in the URL, and another choice begins at its first page. */
import type { ComponentChildren } from "preact"
import { Fold } from "../../parts/fold.tsx"
import { change, param } from "../../shell/route.ts"
import type { Group } from "./groups.ts"
import { chosenGroup, chosenPart, chosenSort, everything, partsOf, type Places } from "./state.ts"

type Query = Parameters<typeof change>[0]

const choose = (query: Query): void => change({ ...query, after: undefined })

const given = (value: string): string | undefined => value === "" ? undefined : value

interface ChoiceProps {
  readonly title: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly children: ComponentChildren
}

export const Choice = ({ children, onChange, title, value }: ChoiceProps) => (
  <label class="field">
    {title}
    <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>{children}</select>
  </label>
)

const textOf = ({ label, scope }: Pick<Group, "label" | "scope">): string => scope === "" ? label : `${label} / ${scope}`

const StageChoice = ({ groups }: { readonly groups: ReadonlyArray<Group> }) => {
  const group = chosenGroup(groups)
  const known = groups.findIndex((one) => one === group)
  const pick = (value: string) => {
    const chosen = groups[Number(value)]
    // parts and steps are those of the stage
    const gone = { metric: undefined, step: undefined, value: undefined, failed: undefined, part: undefined, sort: undefined }
    choose(chosen === undefined ? { ...gone, stage: everything, scope: undefined } : { ...gone, stage: chosen.label, scope: given(chosen.scope) })
  }
  return (
    <Choice title="Stage" value={known < 0 ? "" : String(known)} onChange={pick}>
      <option value="">all</option>
      {groups.map((one, i) => <option key={i} value={String(i)}>{textOf(one)} ({one.completions.toLocaleString("en")})</option>)}
    </Choice>
  )
}

const Range = ({ name, title, step = "1" }: { readonly title: string; readonly name: string; readonly step?: string }) => {
  const [from = "", to = from] = param(name).split("..")
  const set = (from: string, to: string) => choose({ [name]: from === "" && to === "" ? undefined : `${from}..${to}` })
  return (
    <fieldset class="field">
      <legend>{title}</legend>
      <input type="number" step={step} aria-label={`${title} from`} placeholder="from" value={from} onChange={({ currentTarget: { value } }) => set(value, to)} />
      <input type="number" step={step} aria-label={`${title} to`} placeholder="to" value={to} onChange={({ currentTarget: { value } }) => set(from, value)} />
    </fieldset>
  )
}

const Text = ({ list, name, title }: { readonly title: string; readonly name: string; readonly list?: ReadonlyArray<string> }) => (
  <label class="field">
    {title}
    <input type="text" list={list === undefined ? undefined : `${name}-list`} value={param(name)} onChange={({ currentTarget: { value } }) => choose({ [name]: given(value) })} />
    {list !== undefined && <datalist id={`${name}-list`}>{list.map((one) => <option key={one} value={one} />)}</datalist>}
  </label>
)

const sorts = [
  ["run", "as in the table"], ["step", "step, first"], ["-step", "step, last"], ["tokens", "shortest"], ["-tokens", "longest"],
  ["predictions", "fewest predicted boxes"], ["-predictions", "most predicted boxes"], ["truths", "fewest true boxes"], ["-truths", "most true boxes"],
  ["label", "label, first"], ["-label", "label, last"], ["finish", "cut off first"]
] as const

/** Keys of what stands under "More". */
const further = ["run", "step", "example", "finish", "tokens", "truths", "predictions", "label", "value", "failed"]

export const Filters = ({ places }: { readonly places: Places }) => {
  const group = chosenGroup(places.groups)
  const parts = partsOf(places.groups, group)
  const part = chosenPart(parts)
  const seeds = [...new Set(places.stages.map(({ seed }) => seed))].toSorted((a, b) => a - b)
  const active = further.filter((key) => param(key) !== "")
  return (
    <search class="filters">
      <StageChoice groups={places.groups} />
      <Choice title="Row" value={param("variant")} onChange={(value) => choose({ variant: given(value), run: undefined })}>
        <option value="">all</option>
        {places.variants.map(({ name }) => <option key={name} value={name}>{name}</option>)}
      </Choice>
      <Choice title="Seed" value={param("seed")} onChange={(value) => choose({ seed: given(value), run: undefined })}>
        <option value="">all</option>
        {seeds.map((seed) => <option key={seed} value={String(seed)}>{seed}</option>)}
      </Choice>
      {parts.length > 0 && (
        <Choice title="Part of the reward" value={part ?? ""} onChange={(value) => choose({ part: value })}>
          {part !== undefined && !parts.includes(part) && <option value={part}>{part}</option>}
          {parts.map((one) => <option key={one} value={one}>{one}</option>)}
        </Choice>
      )}
      <Choice title="Order" value={chosenSort(part)} onChange={(value) => choose({ sort: value })}>
        {part !== undefined && <option value="value">worst {part} first</option>}
        {part !== undefined && <option value="-value">best {part} first</option>}
        {sorts.map(([sort, words]) => <option key={sort} value={sort}>{words}</option>)}
      </Choice>
      <Fold name="filters" class="further" title={`More filters${active.length === 0 ? "" : ` (${active.length} chosen)`}`}>
        <div class="filters">
          {part !== undefined && <Range title={`${part} is`} name="value" step="any" />}
          {part !== undefined && (
            <Choice title={`${part} failed`} value={param("failed")} onChange={(value) => choose({ failed: given(value) })}>
              <option value="">or not</option>
              <option value="yes">yes</option>
            </Choice>
          )}
          <Text title="Label" name="label" list={places.labels} />
          <Range title="True boxes" name="truths" />
          <Range title="Predicted boxes" name="predictions" />
          <Range title="Tokens" name="tokens" />
          <Choice title="Ended" value={param("finish")} onChange={(value) => choose({ finish: given(value) })}>
            <option value="">either way</option>
            <option value="stop">by itself</option>
            <option value="length">cut off</option>
          </Choice>
          <Range title="Step" name="step" />
          <Text title="Example" name="example" />
          <Text title="Run (number)" name="run" />
          <button type="button" onClick={() => choose(Object.fromEntries(further.map((key) => [key, undefined])))}>Clear these</button>
        </div>
      </Fold>
    </search>
  )
}
