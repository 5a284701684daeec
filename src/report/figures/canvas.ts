/** What a figure is drawn on: a document (a browser's, or one without a browser), a font's widths, colours, and a width. */
import type { Theme } from "./theme.ts"

/** As much of an element of a document as figures need. */
export interface Drawn {
  readonly childNodes: Iterable<Drawn>
  readonly nodeName: string
  readonly outerHTML: string
  readonly getAttribute?: (name: string) => string | null
  readonly removeAttribute?: (name: string) => void
  readonly append: (...children: ReadonlyArray<Drawn | string>) => void
  readonly setAttribute: (name: string, value: string) => void
}

/** How text is set. */
export interface Letters {
  /** Width of a text at a size, in the size's unit. */
  readonly measure: (text: string, size: number) => number
  /** A name from a study or a model as it can be shown: nothing in it breaks XML or turns the direction of writing. */
  readonly shown: (text: string) => string
}

export interface Canvas extends Letters {
  readonly document: { readonly createElementNS: (namespace: string, name: string) => Drawn }
  readonly theme: Theme
  /** Of the whole figure, in points. */
  readonly width: number
}

/** Widths of figures in points: a column of a journal of two columns (84 mm), and the page across both (174 mm). */
export const widths = { column: 238, page: 493 } as const

/** Sizes of letters in points. */
export const sizes = { text: 7, note: 6 } as const

/** From a line of text to the next, in sizes of its letters. */
export const lineHeight = 1.25

export const element = (
  { document }: Canvas,
  name: string,
  attributes: { readonly [name: string]: string | number | undefined },
  ...children: ReadonlyArray<Drawn | string>
): Drawn => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, String(value))
  made.append(...children)
  return made
}

/** A text cut to a width, with an ellipsis where something is missing. */
export const fitted = ({ measure, shown }: Letters, text: string, width: number, size: number = sizes.text): string => {
  const all = [...shown(text.slice(0, 400))]
  if (measure(all.join(""), size) <= width) return all.join("")
  while (all.length > 0 && measure(`${all.join("")}…`, size) > width) all.pop()
  return `${all.join("")}…`
}

/** A text broken at spaces into lines of a width, the last of `most` lines cut. */
export const wrapped = (canvas: Letters, text: string, width: number, size: number, most: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let rest = text.slice(0, 4000).split(" ")
  while (rest.length > 0 && lines.length < most - 1) {
    let taken = 1
    while (taken < rest.length && canvas.measure(canvas.shown(rest.slice(0, taken + 1).join(" ")), size) <= width) taken++
    lines.push(fitted(canvas, rest.slice(0, taken).join(" "), width, size))
    rest = rest.slice(taken)
  }
  return rest.length === 0 ? lines : [...lines, fitted(canvas, rest.join(" "), width, size)]
}
