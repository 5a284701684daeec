/** Colours of rows: the same row has the same one in every figure, page and report. Imports nothing, so that a page can use it. */

/** On a light page and on a dark one: each stands out from its page by 3 : 1 and more. */
export interface Colour {
  readonly light: string
  readonly dark: string
}

/** How the line of a row is drawn: after eight rows the colours come again, with dashes. */
export interface Look extends Colour {
  /** As SVG's stroke-dasharray, in points; undefined for a whole line. */
  readonly dash: string | undefined
}

/**
 * Eight hues that stay apart for colour-blind readers, too: by a search for the largest least distance in OKLab as all, and as
 * readers without red, green or blue cones see them. They are further apart than those of Okabe and Ito, of which three are too
 * pale for a line on white.
 */
export const hues: ReadonlyArray<Colour> = [
  { light: "#435ff1", dark: "#5fa6f8" },
  { light: "#b0541d", dark: "#fa943e" },
  { light: "#2c5745", dark: "#2b8c73" },
  { light: "#e8309f", dark: "#c571b5" },
  { light: "#b98a3f", dark: "#fccf7b" },
  { light: "#0a9cd1", dark: "#c1ebf6" },
  { light: "#6d23a4", dark: "#935bea" },
  { light: "#561724", dark: "#e02d35" }
]

/** What is only compared with, such as the model before any training. */
export const neutral: Colour = { light: "#6b6b6b", dark: "#adadad" }

/** True boxes and predicted ones, which are dashed, too. White letters on either have a contrast of 4.5 : 1. */
export const roles = { true: "#00793d", predicted: "#d11f2e" } as const

const dashes: ReadonlyArray<string | undefined> = [undefined, "4 2", "1.2 1.6", "6 1.6 1.2 1.6"]

const look = (colour: Colour, round: number): Look => ({ ...colour, dash: dashes[round % dashes.length] })

/**
 * How each row of an experiment looks, by its name. Give all rows of the experiment in the order of its table, also where a
 * figure shows some of them: a row's colour is that of its place.
 */
export const looks = (rows: ReadonlyArray<{ readonly variant: string; readonly role: string }>): ReadonlyMap<string, Look> => {
  const [references, others] = [rows.filter(({ role }) => role === "reference"), rows.filter(({ role }) => role !== "reference")]
  return new Map([
    ...references.map(({ variant }, i) => [variant, look(neutral, i)] as const),
    ...others.map(({ variant }, i) => [variant, look(hues[i % hues.length]!, Math.floor(i / hues.length))] as const)
  ])
}
