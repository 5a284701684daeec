/** Colours of figures but for those of rows: on paper, or as a page's own, which turn dark with it. */
import { type Colour, hues, type Look, neutral } from "./palette.ts"

export interface Theme {
  readonly ink: string
  readonly muted: string
  readonly grid: string
  /** Behind everything; undefined where the page shows through. */
  readonly paper: string | undefined
  readonly colour: (look: Look) => string
}

/** For SVG, PNG and PDF that stand by themselves. */
export const paper: Theme = {
  ink: "#1a1a1a",
  muted: "#595959",
  grid: "#e4e4e4",
  paper: "#ffffff",
  colour: ({ light }) => light
}

const variable = ({ light }: Colour): string => `--row-${light.slice(1)}`

/** For a figure within a page whose style has `pageColours` and its own `--ink`, `--muted` and `--grid`, which turn dark with it. */
export const page: Theme = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  grid: "var(--grid)",
  paper: undefined,
  colour: (look) => `var(${variable(look)},${look.light})`
}

/** The colours of rows as properties of a page's style. */
export const pageColours = (on: "light" | "dark"): string =>
  [...hues, neutral].map((colour) => `${variable(colour)}:${colour[on]}`).join(";")
