/** Figures as their marks, which tests look at. */
import { DOMParser } from "linkedom"
import type { Canvas } from "../../../src/report/figures/canvas.ts"
import type { Figure, Named } from "../../../src/report/figures/compose.ts"
import { canvas, svg } from "../../../src/report/figures/headless.ts"
import { readable } from "../../../src/report/figures/letters.ts"
import { looks } from "../../../src/report/figures/palette.ts"
import { paper } from "../../../src/report/figures/theme.ts"

export const page = canvas(493, paper, readable)
export const column = canvas(238, paper, readable)

export const namedRows = (...names: ReadonlyArray<string>): ReadonlyArray<Named> =>
  [...looks(names.map((variant) => ({ variant, role: variant === "base model" ? "reference" : "variant" })))]
    .map(([name, look]) => ({ name, look }))

interface Mark {
  readonly tag: string
  readonly [attribute: string]: string | null
}

/** A drawn figure: its texts, and the attributes of the marks that have a title, those that they have from their group among them. */
export const drawn = (on: Canvas, figure: Figure) => {
  const text = svg(on, figure)
  const document = new DOMParser().parseFromString(text, "image/svg+xml")
  const attribute = (node: Element, name: string): string | null =>
    node.getAttribute(name) ?? (node.parentElement === null ? null : attribute(node.parentElement, name))
  return {
    text,
    texts: [...document.querySelectorAll("text")].map((node) => node.textContent),
    marks: (label: string): ReadonlyArray<Mark> =>
      [...document.querySelectorAll("path,line,circle,rect")].filter((node) => node.querySelector("title")?.textContent === label).map((node) => ({
        tag: node.tagName,
        ...Object.fromEntries(["d", "fill", "stroke", "stroke-dasharray", "x1", "x2", "y1", "cx", "cy", "r", "transform"].map((name) => [name, attribute(node, name)]))
      }))
  }
}

/** Where a path goes through. */
export const pointsOf = (d: string | null | undefined): ReadonlyArray<readonly [number, number]> =>
  [...(d ?? "").matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)

interface Element {
  readonly tagName: string
  readonly textContent: string
  readonly parentElement: Element | null
  readonly querySelector: (selector: string) => Element | null
  readonly getAttribute: (name: string) => string | null
}
