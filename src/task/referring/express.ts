/** Expressions that mean exactly one of the objects in an image. */
import { area, type Box, type LabeledBox, type Size } from "../../vision/Box.ts"

type Object = LabeledBox<"original">

/** An object, and what means it and nothing else in its image. */
export interface Expressed {
  readonly expression: string
  readonly box: Box<"original">
}

const across = ({ box }: Object): number => (box.x1 + box.x2) / 2
const down = ({ box }: Object): number => (box.y1 + box.y2) / 2

/** The first of some objects when it comes before the next by `margin`, by a measure. */
const first = (objects: ReadonlyArray<Object>, measure: (object: Object) => number, margin: number): Object | undefined => {
  const [one, next] = objects.toSorted((a, b) => measure(a) - measure(b))
  return one !== undefined && next !== undefined && measure(next) - measure(one) >= margin ? one : undefined
}

/** Differences that everybody sees: a tenth of the side, or a third of the area. */
const margins = { place: 0.1, size: Math.log(4 / 3) }

/**
 * Everything that can be said unmistakably of the objects of an image: a label that stands alone, and of several of one label
 * the leftmost, rightmost, topmost and lowest, the smallest and the largest, where they stand out clearly.
 */
export const express = (objects: ReadonlyArray<Object>, { height, width }: Size): ReadonlyArray<Expressed> =>
  [...Map.groupBy(objects, ({ label }) => label)].flatMap(([label, alike]) => {
    const [only] = alike
    if (only !== undefined && alike.length === 1) return [{ expression: `the ${label}`, box: only.box }]
    const size = ({ box }: Object) => Math.log(Math.max(area(box), Number.MIN_VALUE))
    const found = {
      [`the leftmost ${label}`]: first(alike, across, margins.place * width),
      [`the rightmost ${label}`]: first(alike, (object) => -across(object), margins.place * width),
      [`the topmost ${label}`]: first(alike, down, margins.place * height),
      [`the lowest ${label}`]: first(alike, (object) => -down(object), margins.place * height),
      [`the smallest ${label}`]: first(alike, size, margins.size),
      [`the largest ${label}`]: first(alike, (object) => -size(object), margins.size)
    }
    return Object.entries(found).flatMap(([expression, object]) => object === undefined ? [] : [{ expression, box: object.box }])
  })
