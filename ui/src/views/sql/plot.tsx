/** An answer as a plot: one column over another, a line for each value of a third. */
import { useEffect, useMemo, useRef } from "preact/hooks"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import { Visible } from "../../parts/visible.tsx"
import { axes } from "../../parts/axes.ts"
import { useWidth } from "../../parts/width.ts"
import { change, param } from "../../shell/route.ts"
import { dark } from "../../shell/theme.ts"
import { isNumeric, keysOf, type Lines, linesOf, mostLines, type SqlAnswer } from "./columns.ts"

type Colours = ReadonlyArray<{ readonly light: string; readonly dark: string }>

interface DrawnProps {
  readonly lines: Lines
  readonly x: string
  readonly y: string
  readonly colours: Colours
}

const Drawn = ({ colours, lines, x, y }: DrawnProps) => {
  const [box, width] = useWidth()
  const plot = useRef<HTMLDivElement>(null)
  const isDark = dark.value
  const colour = (i: number) => colours[i % colours.length]![isDark ? "dark" : "light"]
  useEffect(() => {
    if (width === 0) return
    const [across, up] = axes(x, y)
    const { words } = lines
    const drawn = new uPlot({
      width,
      height: 380,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false, range: (_, low, high) => [low - (words === undefined ? 0 : 0.5), high + (words === undefined ? 0 : 0.5)] } },
      axes: [words === undefined ? across : { ...across, incrs: [1, 2, 5, 10, 20, 50, 100], values: (_, ticks) => ticks.map((tick) => words[tick] ?? "") }, up],
      series: [{}, ...lines.lines.map((_, i): uPlot.Series => ({
        stroke: colour(i),
        width: words === undefined ? 1.5 : 0,
        spanGaps: true,
        points: { show: words !== undefined || lines.x.length < 60, size: 6, fill: colour(i) }
      }))]
    }, [lines.x, ...lines.lines.map(({ values }) => values)] as uPlot.AlignedData, plot.current!)
    return () => drawn.destroy()
  }, [lines, width, isDark, x, y])
  return (
    <div ref={box}>
      <div ref={plot} class="plot" role="img" aria-label={`${y} over ${x}, ${lines.lines.length} lines. The table has the numbers.`} />
      {lines.lines.length > 1 && (
        <ul class="names">
          {lines.lines.map(({ name }, i) => (
            <li key={name}>
              <svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill={colour(i)} /></svg> <Visible text={name} />
            </li>
          ))}
        </ul>
      )}
      {lines.lines.length === mostLines && <p class="muted">The first {mostLines} lines; ask for fewer to tell them apart.</p>}
    </div>
  )
}

interface PickProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly keys: ReadonlyArray<string>
  readonly none?: string
}

const Pick = ({ keys, label, name, none, value }: PickProps) => (
  <label>
    {label}{" "}
    <select value={value} onChange={(event) => change({ [name]: event.currentTarget.value })}>
      {none !== undefined && <option value="">{none}</option>}
      {keys.map((key) => <option key={key} value={key}>{key}</option>)}
    </select>
  </label>
)

export const Plot = ({ answer, colours }: { readonly answer: SqlAnswer; readonly colours: Colours }) => {
  const keys = keysOf(answer)
  const numeric = keys.filter((_, i) => isNumeric(answer, i))
  const known = (key: string) => keys.includes(key) ? key : undefined
  const y = known(param("y")) ?? numeric.at(-1)
  const x = known(param("x")) ?? numeric.find((key) => /step/.test(key) && key !== y) ?? keys.find((key) => key !== y)
  const by = param("by") === "" ? undefined : known(param("by"))
  const lines = useMemo(() => {
    if (x === undefined || y === undefined) return undefined
    const at = keys.indexOf(x)
    return linesOf(answer, at, keys.indexOf(y), by === undefined ? undefined : keys.indexOf(by), isNumeric(answer, at))
  }, [answer, x, y, by])
  if (lines === undefined) return <p class="state">A plot needs two columns, one of them with numbers alone.</p>
  return (
    <>
      <div class="row">
        <Pick label="Over" name="x" value={x!} keys={keys} />
        <Pick label="Values" name="y" value={y!} keys={numeric} />
        <Pick label="A line for each" name="by" value={by ?? ""} keys={keys.filter((key) => key !== x && key !== y)} none="–" />
      </div>
      <Drawn lines={lines} x={x!} y={y!} colours={colours} />
    </>
  )
}
