/** Which boxes are drawn: switched by label, and by whether they are true or predicted. */
import { beginning, plain } from "../../parts/marks.ts"
import { change } from "../../shell/route.ts"
import { type Box, hiddenLabels, shownRoles } from "./state.ts"

/** Labels that have a switch of their own, at most: a model may say any number of them. */
const most = 30

const roles = { both: "true and predicted", true: "true only", predicted: "predicted only", none: "none" } as const

export const RoleSwitch = () => (
  <label>
    Boxes{" "}
    <select value={shownRoles()} onChange={({ currentTarget: { value } }) => change({ boxes: value === "both" ? undefined : value }, { replace: true })}>
      {Object.entries(roles).map(([role, words]) => <option key={role} value={role}>{words}</option>)}
    </select>
  </label>
)

const flip = (label: string): void => {
  const hidden = hiddenLabels()
  change({ hide: hidden.includes(label) ? hidden.filter((other) => other !== label) : [...hidden, label] }, { replace: true })
}

interface Props {
  readonly boxes: ReadonlyArray<Box>
  /** Those of the sample beside it, whose true boxes are the same. */
  readonly beside?: ReadonlyArray<Box> | undefined
}

/** A button for each label, with how many true and predicted boxes have it. */
export const LabelSwitches = ({ beside, boxes }: Props) => {
  const hidden = hiddenLabels()
  const labels = [...new Set([...boxes, ...beside ?? []].map(({ label }) => label))].toSorted()
  const count = (some: ReadonlyArray<Box>, label: string, role: Box["role"]) => some.filter((box) => box.label === label && box.role === role).length
  const predicted = (label: string) => [boxes, beside].flatMap((some) => some === undefined ? [] : [count(some, label, "predicted")]).join(" and ")
  return (
    <div class="row labels" role="group" aria-label="Labels that are drawn">
      {labels.slice(0, most).map((label) => (
        <button key={label} type="button" aria-pressed={!hidden.includes(label)} onClick={() => flip(label)}>
          {plain(beginning(label, 60)) || "(no label)"} <span class="muted">{count(boxes, label, "true")} true, {predicted(label)} predicted</span>
        </button>
      ))}
      {labels.length > most && <span class="muted">and {labels.length - most} more labels</span>}
    </div>
  )
}

export const Legend = () => (
  <span class="legend" aria-hidden="true">
    <span class="true">true</span> <span class="predicted">predicted</span>
  </span>
)
