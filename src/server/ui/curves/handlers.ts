/** Answers about curves. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { compose, type Group, type Line } from "../../../report/curves/compose.ts"
import { looksOf } from "../../../report/curves/looks.ts"
import type { Look } from "../../../report/figures/palette.ts"
import * as Workspace from "../../../workspace/Reading.ts"
import { Api } from "../api.ts"
import { explained } from "../problems.ts"
import { Shown } from "../shown.ts"

const plain = (values: Float64Array): ReadonlyArray<number | null> =>
  Array.from(values, (value) => Number.isNaN(value) ? null : Number(value.toPrecision(7)))

const asLine = ({ raw, values }: Line) => ({ values: plain(values), raw: raw === undefined ? null : plain(raw) })

const asGroup = ({ band, curves, experiment, lines, name }: Group, { dark, dash, light }: Look) => ({
  look: { light, dark, dash: dash ?? null },
  experiment,
  name,
  curves: curves.map((curve) => ({ ...curve, rises: curve.rises ?? null })),
  band: band === undefined ? null : {
    ...asLine(band),
    low: plain(band.low),
    high: plain(band.high),
    fewer: band.fewer === undefined ? null : { values: plain(band.fewer.values), n: plain(band.fewer.n) }
  },
  lines: lines.map(asLine)
})

/** Steps over which a curve is averaged to say whether it has risen: as the evaluation `rise` does. */
const usualWindow = 5

export const curveHandlers = HttpApiBuilder.group(Api, "curves", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  const memory = Workspace.curveMemory()
  return handlers.handleAll({
    choices: ({ query: { experiment } }) => explained(Workspace.curveKinds(workspace, experiment)),
    curves: Effect.fn(function*({ query }) {
      const { by, experiment, from = 0, kind, name, rise, show, smoothing, to = Infinity, width, window = usualWindow } = query
      const { curves, experiments } = yield* explained(Workspace.curves(workspace, experiment, { kind, name }, to, memory))
      const { groups, span, steps } = compose(curves, {
        by,
        show,
        smoothing,
        from,
        width,
        rise: rise === undefined ? undefined : { by: rise, window: Math.round(window) }
      })
      const made = yield* Effect.forEach(groups, (group) => Effect.map(Effect.yieldNow, () => group()))
      const lookOf = looksOf(experiments, by)
      return { steps: [...steps], span, groups: made.map((group) => asGroup(group, lookOf(group))) }
    })
  })
}))
