/** Which boxes are drawn: switched by label, and by whether they are true or predicted. */
import { plain } from "../../parts/marks.ts"
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

/** A button for each label, with how many true and predicted boxes have it. */
export const LabelSwitches = ({ boxes }: { readonly boxes: ReadonlyArray<Box> }) => {
  const hidden = hiddenLabels()
  const labels = [...Map.groupBy(boxes, ({ label }) => label)].toSorted(([a], [b]) => a < b ? -1 : 1)
  const of = (some: ReadonlyArray<Box>, role: Box["role"]) => some.filter((box) => box.role === role).length
  return (
    <div class="row labels" role="group" aria-label="Labels that are drawn">
      {labels.slice(0, most).map(([label, some]) => (
        <button key={label} type="button" aria-pressed={!hidden.includes(label)} onClick={() => flip(label)}>
          {plain(label).slice(0, 60) || "(no label)"} <span class="muted">{of(some, "true")} true, {of(some, "predicted")} predicted</span>
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
