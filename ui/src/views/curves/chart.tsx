/** The plot: lines and bands by uPlot, a step that is pointed at, and a range of steps that is drawn over them. */
import type { RefObject } from "preact"
import { useEffect, useMemo, useRef } from "preact/hooks"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { axes, whole } from "../../parts/axes.ts"
import { dark } from "../../shell/theme.ts"
import { alone, dashOf, type Drawn, frameOf, type Group, type Picture, placeOf } from "./picture.ts"

interface Props {
  readonly picture: Picture
  readonly groups: ReadonlyArray<Group>
  readonly width: number
  readonly log: boolean
  /** What it shows, in words. */
  readonly label: string
  readonly yLabel: string
  /** The index of the step that is pointed at; null when none is. */
  readonly onPoint: (index: number | null) => void
  readonly onRange: (from: number, to: number) => void
}

const height = 420

const opacity: { readonly [As in Drawn["as"]]: string } = { mean: "ff", fewer: "ff", seed: "e0", raw: "48", low: "00", high: "00" }

/** Whether a line is what the picture is about, and has points where it is too short to be seen. */
const isWhole = (as: Drawn["as"]): boolean => as === "mean" || as === "seed"

/** A mark on the axis of steps where a curve has risen. */
const drawRises = (plot: uPlot, groups: ReadonlyArray<Group>, shown: ReadonlySet<number>, colour: (group: number) => string): void => {
  const { ctx } = plot
  const size = 5 * devicePixelRatio
  const bottom = plot.bbox.top + plot.bbox.height
  groups.forEach(({ curves }, group) => {
    if (!shown.has(group)) return
    ctx.fillStyle = colour(group)
    for (const { rises } of curves) {
      if (rises === null) continue
      const x = plot.valToPos(rises, "x", true)
      if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) continue
      ctx.beginPath()
      ctx.moveTo(x, bottom - 2 * size)
      ctx.lineTo(x - size, bottom)
      ctx.lineTo(x + size, bottom)
      ctx.fill()
    }
  })
}

/** Points at a step, or at none where it is not drawn. */
const pointAt = (plot: uPlot, step: number | null): void => {
  const place = step === null ? null : placeOf([...plot.data[0]], step)
  const top = plot.cursor.top ?? -1
  plot.setCursor(place === null ? { left: -10, top: -10 } : { left: plot.valToPos(plot.data[0][place]!, "x"), top: top >= 0 ? top : plot.over.clientHeight / 2 })
}

/** Of the first props; `latest` has those of later answers, and `pointed` the step that is pointed at, whatever its place is in them. */
const optionsOf = (latest: RefObject<Props>, pointed: RefObject<number | null>): uPlot.Options => {
  const { groups, log, picture, width, yLabel } = latest.current
  const before = pointed.current // a new plot points at nothing at first, and says so
  const colour = (group: number): string => groups[group]!.look[dark.value ? "dark" : "light"]
  const many = picture.lines.length > 60
  const [steps, values] = axes("step", yLabel)
  const shown = new Set(picture.lines.map(({ group }) => group))
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: !many } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [{ ...steps, incrs: whole }, values],
    series: [
      {},
      ...picture.lines.map(({ as, group }): uPlot.Series => ({
        stroke: colour(group) + opacity[as],
        width: as === "mean" ? 2 : many ? 0.75 : 1.25,
        dash: isWhole(as) ? dashOf(groups[group]!.look) : [],
        ...(as === "fewer" ? { paths: () => null } : {}), // dots alone: a line would go on with what it is not
        points: as === "fewer"
          ? { show: true, size: picture.steps.length < 200 ? 5 : 3, width: 0, fill: colour(group) }
          : {
            show: (_, __, first, last) => isWhole(as) && last - first < 3,
            filter: (plot, index, every) => every || !isWhole(as) ? null : alone([...plot.data[index]!]),
            size: 6,
            fill: colour(group)
          }
      }))
    ],
    bands: picture.bands.map(({ group, high, low }) => ({ series: [high, low], fill: `${colour(group)}26` })),
    hooks: {
      ready: [(plot) => pointAt(plot, before)],
      draw: [(plot) => drawRises(plot, latest.current.groups, shown, colour)],
      setCursor: [({ cursor, data }) => {
        const place = cursor.idx ?? null
        pointed.current = place === null ? null : data[0][place] ?? null
        latest.current.onPoint(place)
      }],
      setSelect: [(plot) => {
        const { left, width } = plot.select
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        if (width < 4) return
        latest.current.onRange(Math.max(0, Math.round(plot.posToVal(left, "x"))), Math.round(plot.posToVal(left + width, "x")))
      }]
    }
  }
}

/** Points at the next or the last step, by the arrows of the keyboard. */
const step = (plot: uPlot, by: number): void => {
  const last = plot.data[0].length - 1
  const index = Math.min(last, Math.max(0, (plot.cursor.idx ?? (by > 0 ? -1 : last + 1)) + by))
  pointAt(plot, plot.data[0][index]!)
}

const dataOf = ({ lines, steps }: Picture) => [steps, ...lines.map(({ values }) => values)] as uPlot.AlignedData

/** Draws another answer in the same plot: the step that is pointed at stays, and so does a range that is being drawn. */
const redraw = (plot: uPlot, picture: Picture, pointed: number | null): void => {
  plot.batch(() => plot.setData(dataOf(picture)))
  if (plot.select.width === 0) pointAt(plot, pointed)
}

export const Chart = (props: Props) => {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const drawn = useRef<Picture>(null)
  const pointed = useRef<number | null>(null)
  const latest = useRef<Props>(props)
  latest.current = props
  const { groups, label, log, picture, width, yLabel } = props
  const isDark = dark.value
  const frame = useMemo(() => frameOf(picture, groups), [picture, groups])
  useEffect(() => {
    const made = new uPlot(optionsOf(latest, pointed), dataOf(picture), box.current!)
    plot.current = made
    drawn.current = picture
    return () => made.destroy()
  }, [frame, width, log, yLabel, isDark])
  useEffect(() => {
    if (drawn.current === picture) return
    drawn.current = picture
    redraw(plot.current!, picture, pointed.current)
  }, [picture])
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by === undefined || plot.current === null) return
    event.preventDefault()
    step(plot.current, event.shiftKey ? 10 * by : by)
  }
  return <div class="plot" ref={box} role="img" aria-label={`${label}. Arrow keys point at a step.`} tabIndex={0} onKeyDown={onKeyDown} />
}
