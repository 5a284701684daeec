/** The same examples at two places, of two runs or two steps: what changed between them, the most changed first. */
import { beginning } from "../../parts/marks.ts"
import { Empty, When } from "../../parts/states.tsx"
import { Visible } from "../../parts/visible.tsx"
import type { Answer, Query } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { change, param } from "../../shell/route.ts"
import { Legend, RoleSwitch } from "./boxes.tsx"
import { Card } from "./card.tsx"
import { Choice } from "./filters.tsx"
import { experiment, type Places, runText, stageText, withKeys } from "./state.ts"
import { lookOf, shownChange, shownValue } from "./values.ts"

type Pairs = Answer<"/api/samples/pairs">
type Side = Pairs["left"]

/** Two pictures a pair: a page has fewer of them than a list has samples. */
const pageSize = 12

interface Place {
  readonly execution: number
  readonly step: number
  readonly scope: string
}

const textOf = ({ execution, scope, step }: Place): string => `${execution}:${step}${scope === "" ? "" : `:${scope}`}`

/** Places that can be chosen: each execution's scopes at their last steps, by what they are called. */
const choices = ({ extents, stages }: Places) =>
  extents.map(({ execution, last, scope }) => {
    const runs = stages.filter((stage) => stage.execution === execution)
    return { execution, scope, step: last, label: runs[0]?.label ?? "", runs, kind: runs[0]?.kind ?? "" }
  })

type Chosen = ReturnType<typeof choices>[number]

/** Where it begins: the reference's held-out answers, or else the first ones, and those of another row. */
export const startOfPairs = (places: Places): { readonly left: string; readonly right: string } | undefined => {
  const all = choices(places)
  const heldOut = all.filter(({ kind }) => kind === "evaluate")
  const some = heldOut.length > 1 ? heldOut : all
  const roleOf = ({ runs }: Chosen) => places.variants.find(({ name }) => name === runs[0]?.variant)?.role
  const left = some.find((place) => roleOf(place) === "reference") ?? some.find((place) => roleOf(place) === "baseline") ?? some[0]
  const right = some.find((place) => place !== left && place.scope === left?.scope && place.label === left.label) ?? some.find((place) => place !== left) ?? left
  return left === undefined || right === undefined ? undefined : { left: textOf(left), right: textOf(right) }
}

const SideChoice = ({ name, places, side }: { readonly name: "left" | "right"; readonly side: Side; readonly places: Places }) => {
  const title = name === "left" ? "Left" : "Right"
  const all = choices(places)
  const at = all.findIndex(({ execution, scope }) => execution === side.execution && scope === side.scope)
  const groups = [...Map.groupBy(all, stageText)]
  return (
    <div class="filters">
      <Choice title={title} value={String(at)} onChange={(value) => change({ [name]: textOf(all[Number(value)]!), after: undefined })}>
        {at < 0 && <option value="-1">{side.label ?? "a run that is not current"}</option>}
        {groups.map(([stage, some]) => (
          <optgroup key={stage} label={stage}>
            {some.map((one) => <option key={textOf(one)} value={String(all.indexOf(one))}>{runText(one.runs)}</option>)}
          </optgroup>
        ))}
      </Choice>
      <Choice title={`${title} step`} value={String(side.step)} onChange={(step) => change({ [name]: textOf({ ...side, step: Number(step) }), after: undefined })}>
        {!side.steps.includes(side.step) && <option value={String(side.step)}>{side.step}</option>}
        {side.steps.map((step) => <option key={step} value={String(step)}>{step}</option>)}
      </Choice>
    </div>
  )
}

/** What became of each part of the reward, over all pairs. */
const Changes = ({ pairs: { pairs, parts } }: { readonly pairs: Pairs }) => (
  <div class="scroll" role="region" aria-label="What changed" tabIndex={0}>
    <table class="rewards">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col" class="number">Left</th>
          <th scope="col" class="number">Right</th>
          <th scope="col" class="number">Difference</th>
          <th scope="col" class="number">Rose</th>
          <th scope="col" class="number">Fell</th>
          <th scope="col" class="number">Pairs</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ fallen, left, n, part, right, risen }) => (
          <tr key={part}>
            <th scope="row">{part}</th>
            <td class="number">{shownValue(left)}</td>
            <td class="number">{shownValue(right)}</td>
            <td class={lookOf(right - left)}>{shownChange(right - left)}</td>
            <td class="number">{risen}</td>
            <td class="number">{fallen}</td>
            <td class="number">{n} of {pairs}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Pair = ({ pair: { change, left, right }, part }: { readonly pair: Pairs["found"][number]; readonly part: string | undefined }) => {
  const href = withKeys({ sample: String(left.id), with: String(right.id) })
  return (
    <article class="pair">
      <p class="row between">
        <a href={href}>example <Visible text={beginning(left.example, 40)} /></a>
        {part !== undefined && <span>{part} <strong class={lookOf(change)}>{change === null ? "has no number" : shownChange(change)}</strong></span>}
      </p>
      <div class="beside">
        <Card sample={left} part={part} href={href} />
        <Card sample={right} part={part} href={href} />
      </div>
    </article>
  )
}

const NoPairs = ({ left, right }: { readonly left: Side; readonly right: Side }) => (
  <Empty title="No example was answered at both">
    <p>
      {left.samples} samples on the left and {right.samples} on the right have no example in common. Training draws other examples at every step; the
      held-out answers of two runs are to the same ones.
    </p>
  </Empty>
)

const Found = ({ part, pairs }: { readonly pairs: Pairs; readonly part: string | undefined }) => (
  <>
    <Changes pairs={pairs} />
    <div class="row between">
      <span role="status">{pairs.pairs.toLocaleString("en")} pairs</span>
      <span class="row"><RoleSwitch /><Legend /></span>
    </div>
    <div class="pairs">{pairs.found.map((pair) => <Pair key={pair.left.id} pair={pair} part={part} />)}</div>
    <nav class="row" aria-label="Pages">
      {param("after") !== "" && <a href={withKeys({ after: undefined })}>First page</a>}
      {pairs.next !== null && <a href={withKeys({ after: pairs.next })}>Next page</a>}
    </nav>
  </>
)

const orders = { changed: "most changed first", risen: "most risen first", fallen: "most fallen first" } as const

/** Parts that every place of both executions may have; the first of them where the URL names none. */
const partOf = ({ extents, groups, stages }: Places): string | undefined => {
  const executionOf = (text: string) => Number(text.split(":")[0])
  const partsAt = (text: string) => {
    const labels = stages.filter(({ execution }) => execution === executionOf(text)).map(({ label }) => label)
    const scopes = extents.filter(({ execution }) => execution === executionOf(text)).map(({ scope }) => scope)
    return groups.filter(({ label, scope }) => labels.includes(label) && scopes.includes(scope)).flatMap(({ parts }) => parts)
  }
  const right = partsAt(param("right"))
  return param("part") || partsAt(param("left")).find((part) => right.includes(part))
}

export const PairsOf = ({ places }: { readonly places: Places }) => {
  const part = partOf(places)
  const order = param("order", "changed") as NonNullable<Query<"/api/samples/pairs">["order"]>
  const known = useLive("/api/samples/pairs", {
    experiment: experiment(),
    left: param("left"),
    right: param("right"),
    order,
    limit: pageSize,
    ...(part === undefined ? {} : { part }),
    ...(param("after") === "" ? {} : { after: param("after") })
  })
  return (
    <When what="The comparison" known={known}>
      {(pairs) => (
        <>
          <div class="filters">
            <SideChoice name="left" side={pairs.left} places={places} />
            <SideChoice name="right" side={pairs.right} places={places} />
            {part !== undefined && (
              <Choice title="Part of the reward" value={part} onChange={(value) => change({ part: value, after: undefined })}>
                {[...new Set([part, ...pairs.parts.map(({ part }) => part)])].map((one) => <option key={one} value={one}>{one}</option>)}
              </Choice>
            )}
            <Choice title="Order" value={order} onChange={(value) => change({ order: value, after: undefined })}>
              {Object.entries(orders).map(([value, words]) => <option key={value} value={value}>{words}</option>)}
            </Choice>
          </div>
          {pairs.atMost !== null
            ? <Empty title="Too many samples"><p>More than {pairs.atMost.toLocaleString("en")} samples are not compared at once.</p></Empty>
            : pairs.pairs === 0
            ? <NoPairs left={pairs.left} right={pairs.right} />
            : <Found pairs={pairs} part={part} />}
        </>
      )}
    </When>
  )
}
