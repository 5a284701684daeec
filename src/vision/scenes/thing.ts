/** The things of scenes that ask for more than colours and forms: figures, and signs that go by a name. */
import type { Box, Size } from "../Box.ts"
import type { Name } from "./names.ts"
import { type Colour, forms, type Rgb } from "./scene.ts"

export const figureForms = [...forms, "cross"] as const
export const materials = ["plain", "striped", "dotted", "outlined"] as const

export type FigureForm = typeof figureForms[number]
export type Material = typeof materials[number]

/** A form in a colour, of a material, with or without a black border. */
export interface Figure {
  readonly form: FigureForm
  readonly colour: Colour
  readonly material: Material
  readonly border: boolean
  readonly fill: Rgb
  readonly box: Box<"original">
}

/** What a figure is apart from where it stands. */
export type Traits = Omit<Figure, "box">

/** What a name stands for, always drawn the same. */
export interface Sign {
  readonly name: Name
  readonly box: Box<"original">
}

/** It fills its box, which has integer sides, exactly. */
export type Thing = Figure | Sign

export const isFigure = (thing: Thing): thing is Figure => "form" in thing

/** A picture as data. Later things lie on top of earlier ones. */
export interface View {
  readonly size: Size
  /** A grey. */
  readonly background: Rgb
  readonly things: ReadonlyArray<Thing>
}
