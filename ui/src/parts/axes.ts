/** Axes of plots in the colours of the page. */
import type uPlot from "uplot"

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** A step is whole. */
export const whole = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]

/** Axes for x and y with their names, as the page looks now. */
export const axes = (x: string, y: string): [uPlot.Axis, uPlot.Axis] => {
  const line = { stroke: css("--line"), width: 1 }
  const look = { stroke: css("--muted"), grid: line, ticks: line, labelSize: 22 }
  return [{ ...look, label: x, size: 36 }, { ...look, label: y, size: 58 }]
}
