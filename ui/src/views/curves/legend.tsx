/** What each colour is, with its values at the step that is pointed at, or else at the last. */
import { change, href } from "../../shell/route.ts"
import { dark } from "../../shell/theme.ts"
import { type Curves, dashOf, keyOf, type Look } from "./picture.ts"
import { riseOf, valueOf } from "./words.ts"

interface Props {
  readonly curves: Curves
  readonly hidden: ReadonlySet<string>
  readonly pointed: number | null
  /** Whether groups are variants, which have runs and samples of their own. */
  readonly variants: boolean
  readonly rises: boolean
}

const Swatch = ({ look }: { readonly look: Look }) => (
  <svg class="swatch" viewBox="0 0 22 8" aria-hidden="true">
    <line x1="1" x2="21" y1="4" y2="4" stroke={dark.value ? look.dark : look.light} stroke-width="3" stroke-dasharray={dashOf(look).join(" ")} />
  </svg>
)

const toggle = (hidden: ReadonlySet<string>, key: string): void =>
  change({ hide: hidden.has(key) ? [...hidden].filter((one) => one !== key) : [...hidden, key] }, { replace: true })

export const Legend = ({ curves: { groups, steps }, hidden, pointed, rises, variants }: Props) => {
  const index = pointed ?? steps.length - 1
  const experiments = new Set(groups.map(({ experiment }) => experiment)).size
  return (
    <div class="scroll" role="region" aria-label="Lines" tabIndex={0}>
      <table class="legend">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Seeds</th>
            <th scope="col">At step {steps[index] ?? "–"}</th>
            {rises && <th scope="col" title="Mean over the seeds that rose">First step risen</th>}
            <th scope="col"><span class="hidden">More</span></th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const key = keyOf(group)
            const lost = group.curves.reduce((sum, curve) => sum + curve.lost, 0)
            return (
              <tr key={key} class={hidden.has(key) ? "off" : undefined}>
                <th scope="row">
                  <button type="button" class="line" aria-pressed={!hidden.has(key)} onClick={() => toggle(hidden, key)}>
                    <Swatch look={group.look} />
                    {experiments > 1 && <span class="muted plain">{group.experiment} · </span>}
                    {group.name}
                  </button>
                </th>
                <td title={group.curves.map(({ seed, variant }) => `${variant}, seed ${seed}`).join("\n")}>
                  {group.curves.length}
                  {lost > 0 && <span class="warn"> · {lost} not finite</span>}
                </td>
                <td class="values">{valueOf(group, index, steps)}</td>
                {rises && <td class="values">{riseOf(group)}</td>}
                <td>{variants && <a href={href("runs", { experiment: group.experiment, variant: group.name })}>runs</a>}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
