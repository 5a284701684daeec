/** What samples were rewarded with, part by part: one of them, or two with their differences. */
import { Visible } from "../../parts/visible.tsx"
import type { Reward } from "./state.ts"
import { lookOf, shownChange, shownValue } from "./values.ts"

const Value = ({ reward }: { readonly reward: Reward | undefined }) => (
  <>
    {shownValue(reward?.value)}
    {typeof reward?.error === "string" && <div class="bad failure"><Visible text={reward.error} /></div>}
  </>
)

const difference = (left: Reward | undefined, right: Reward | undefined): number | null =>
  typeof left?.value === "number" && typeof right?.value === "number" ? right.value - left.value : null

interface Props {
  readonly left: ReadonlyArray<Reward>
  readonly right?: ReadonlyArray<Reward> | undefined
}

export const Rewards = ({ left, right }: Props) => {
  const parts = [...new Set([...left, ...right ?? []].map(({ part }) => part))]
  if (parts.length === 0) return <p class="muted">No reward was given here.</p>
  const of = (some: ReadonlyArray<Reward> | undefined, part: string) => some?.find((reward) => reward.part === part)
  return (
    <div class="scroll" role="region" aria-label="Rewards" tabIndex={0}>
      <table class="rewards">
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" class="number">{right === undefined ? "Value" : "Left"}</th>
            {right !== undefined && <th scope="col" class="number">Right</th>}
            {right !== undefined && <th scope="col" class="number">Difference</th>}
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => {
            const [a, b] = [of(left, part), of(right, part)]
            return (
              <tr key={part}>
                <th scope="row">{part}</th>
                <td class="number"><Value reward={a} /></td>
                {right !== undefined && <td class="number"><Value reward={b} /></td>}
                {right !== undefined && <td class={lookOf(difference(a, b))}>{shownChange(difference(a, b))}</td>}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
