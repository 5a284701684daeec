/** Colours of figures but for those of rows: on paper, or as a page's own, which turn dark with it. */
import type { Look } from "./palette.ts"

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

/**
 * For a figure within a page: `--ink`, `--muted`, `--grid` are the page's, and `pageColours` are to stand in its style, so that
 * rows have their colour on a light and a dark page.
 */
export const page: Theme = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  grid: "var(--grid)",
  paper: undefined,
  colour: ({ dark, light }) => `var(${variable(light)}, ${dark})`
}

/** The name by which a page's style has a colour. */
export const variable = (light: string): string => `--row-${light.slice(1)}`
