/** Curves of many runs as what a picture shows of them: groups with their bands or lines, smoothed and thinned out. */
import { firstRise } from "../../evaluate/firstRise.ts"
import * as Align from "./Align.ts"
import { band, type Spread } from "./band.ts"
import { exponential } from "./smooth.ts"
import * as Thin from "./Thin.ts"

/** The curve of one run. */
export interface RunCurve extends Align.Recorded {
  readonly experiment: string
  readonly variant: string
  /** Label on each axis of the experiment. */
  readonly cell: { readonly [axis: string]: string }
  readonly run: number
  readonly seed: number
  /** The execution, which runs may share. */
  readonly stage: number
}

export interface Options {
  /** An axis of the experiments; undefined, each variant is a group. */
  readonly by: string | undefined
  readonly show: Spread | "lines"
  /** Weight of what came before, in [0, 1). */
  readonly smoothing: number
  /** The first step that is shown. What came before counts in averages, and in whether a curve has risen. */
  readonly from: number
  /** Width of the picture in pixels. */
  readonly width: number
  /** A curve has risen by so much above its mean over the first `window` steps. */
  readonly rise: { readonly by: number; readonly window: number } | undefined
}

/** A line of the picture with what was recorded under its smoothing, where that differs. */
export interface Line {
  readonly values: Float64Array
  readonly raw: Float64Array | undefined
}

/** Curves that are shown as one: those of a variant, or of all variants that have a label on an axis in common. */
export interface Group {
  readonly experiment: string
  readonly name: string
  /** Independent curves: an execution that runs share is one. */
  readonly curves: ReadonlyArray<Pick<RunCurve, "run" | "seed" | "variant"> & {
    /** From when on it has risen; null where it did not, undefined where nobody asked. */
    readonly rises: number | null | undefined
    /** Values that are not finite, and so not shown. */
    readonly lost: number
  }>
  readonly band: (Line & {
    readonly low: Float64Array
    readonly high: Float64Array
    /** The mean of those curves that have a value where not all have one, and of how many; undefined where all have. */
    readonly fewer: { readonly values: Float64Array; readonly n: Float64Array } | undefined
  }) | undefined
  /** One for each curve, or none under a band. */
  readonly lines: ReadonlyArray<Line>
}

export interface Picture {
  /** Steps of all points, thinned out. */
  readonly steps: Float64Array
  /** Steps that are drawn as one or two points: the lowest and the highest value of them. */
  readonly span: number
  /** Each to be worked out when it is called for, so that others have their turn between them. */
  readonly groups: ReadonlyArray<() => Group>
}

/** Points of a whole picture, whatever its width: many lines have fewer each. */
const most = 200_000

/** Fewest buckets of a line. */
const fewest = 50

/** A variant that an axis says nothing of, such as the base model, is a group of its own. */
const nameOf = ({ cell, variant }: RunCurve, by: string | undefined): string => by === undefined ? variant : cell[by] ?? variant

/** The curves of each group, in the order of the first of each; none twice. */
const grouped = (curves: ReadonlyArray<RunCurve>, by: string | undefined): ReadonlyArray<ReadonlyArray<RunCurve>> =>
  [...Map.groupBy(curves, (curve) => JSON.stringify([curve.experiment, nameOf(curve, by)])).values()]
    .map((all) => [...new Map(all.map((curve) => [curve.stage, curve])).values()])

const risesAt = ({ steps, values }: RunCurve, rise: Options["rise"]): number | null | undefined => {
  if (rise === undefined) return undefined
  return firstRise([...values].map((value, i) => ({ step: steps[i]!, value })), rise.window, rise.by).firstStep ?? null
}

export const compose = (given: ReadonlyArray<RunCurve>, options: Options): Picture => {
  const curves = given.filter(({ steps }) => steps.length > 0)
  const { by, from, rise, show, smoothing, width } = options
  const groups = grouped(curves, by)
  const all = Align.allSteps(curves)
  const first = all.findLastIndex((step) => step < from) + 1
  const steps = all.subarray(first)
  const drawn = groups.reduce((sum, { length }) => sum + (show === "lines" ? length : 3), 0) * (smoothing > 0 ? 2 : 1)
  const of = Thin.buckets(steps, Math.max(fewest, Math.min(width, Math.floor(most / (2 * Math.max(1, drawn))))))
  const line = (values: Float64Array, raw: Float64Array): Line => ({
    values: Thin.line(of, values),
    raw: smoothing > 0 ? Thin.line(of, raw) : undefined
  })
  const group = (members: ReadonlyArray<RunCurve>): Group => {
    const whole = members.map((curve) => Align.over(all, curve))
    const raw = whole.map((one) => one.subarray(first))
    const values = smoothing > 0 ? whole.map((one) => exponential(one, smoothing).subarray(first)) : raw
    const shared = show === "lines" ? undefined : band(values, show)
    return {
      experiment: members[0]!.experiment,
      name: nameOf(members[0]!, by),
      curves: members.map((curve) => ({
        run: curve.run,
        seed: curve.seed,
        variant: curve.variant,
        rises: risesAt(curve, rise),
        lost: curve.values.reduce((count, value) => count + Number(Number.isNaN(value)), 0)
      })),
      band: shared && {
        ...line(shared.mean, smoothing > 0 ? band(raw, "range").mean : shared.mean),
        low: Thin.lower(of, shared.low),
        high: Thin.upper(of, shared.high),
        fewer: shared.fewer.every(Number.isNaN) ? undefined : { values: Thin.line(of, shared.fewer), n: Thin.lower(of, shared.n) }
      },
      lines: show === "lines" ? values.map((one, i) => line(one, raw[i]!)) : []
    }
  }
  const shown = steps.length === 0 ? [] : groups
  return { steps: of.steps, span: of.span, groups: shown.map((members) => () => group(members)) }
}
