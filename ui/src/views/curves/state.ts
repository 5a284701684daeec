/** What the curves' page is asked to show, in its URL. */
import { change, param, paramAll } from "../../shell/route.ts"

export type Show = "range" | "interval" | "lines"

export const shows: { readonly [S in Show]: string } = {
  range: "mean, lowest to highest",
  interval: "mean, 95 % interval",
  lines: "each seed"
}

const numberOf = (key: string): number | undefined => {
  const text = param(key)
  const value = Number(text)
  return text === "" || !Number.isFinite(value) ? undefined : value
}

const within = (value: number | undefined, low: number, high: number): number | undefined =>
  value === undefined ? undefined : Math.min(high, Math.max(low, value))

/** The state as the URL has it; what it does not say is undefined. To be read while rendering. */
export const readState = () => {
  const show = param("show", "range")
  return {
    experiments: paramAll("experiment"),
    metric: param("metric"),
    part: param("part"),
    by: param("by"),
    show: (show in shows ? show : "range") as Show,
    smoothing: within(numberOf("smooth"), 0, 0.999) ?? 0,
    log: param("log") === "1",
    from: within(numberOf("from"), 0, Infinity),
    to: within(numberOf("to"), 0, Infinity),
    rise: numberOf("rise"),
    hidden: new Set(paramAll("hide"))
  }
}

export type State = ReturnType<typeof readState>

/** A number in the URL, or nothing where there is none. */
export const setNumber = (key: string, text: string): void =>
  change({ [key]: text === "" || !Number.isFinite(Number(text)) ? undefined : text }, { replace: true })
