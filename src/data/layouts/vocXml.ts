/** One annotation file of Pascal VOC, taken apart. Source: VOC2007's development kit. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Xml from "effect/encoding/Xml"
import { isOutside } from "../../task/detection/coco/annotations.ts"
import { BadField, requireInside, show, sideOf } from "../../task/detection/coco/fields.ts"
import type { TrueObject } from "../../task/detection/example.ts"
import type { Size } from "../../vision/Box.ts"

export interface VocImage {
  /** `filename`; undefined where the file does not say. */
  readonly file: string | undefined
  readonly size: Size
  readonly objects: ReadonlyArray<TrueObject>
}

const named = (element: Xml.Element, name: string): ReadonlyArray<Xml.Element> =>
  element.children.filter((child): child is Xml.Element => typeof child !== "string" && child.name === name)

const textIn = (element: Xml.Element): string => element.children.filter((child) => typeof child === "string").join("").trim()

/** The one element of a name; `place` is what messages call it, `index` the object that it belongs to. */
const one = (element: Xml.Element, name: string, place: string, index?: number): Xml.Element => {
  const [found, second] = named(element, name)
  if (found === undefined) throw new BadField(place, "is missing", index)
  if (second !== undefined) throw new BadField(place, "occurs twice", index)
  return found
}

const numberIn = (element: Xml.Element, name: string, place: string, index?: number): number => {
  const text = textIn(one(element, name, place, index))
  const value = text === "" ? NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new BadField(place, `must be a number, not ${show(text)}`, index)
}

const sizeOf = (root: Xml.Element): Size => {
  const size = one(root, "size", "size")
  const sides = { "size.width": numberIn(size, "width", "size.width"), "size.height": numberIn(size, "height", "size.height") }
  return { width: sideOf(sides, "size.width"), height: sideOf(sides, "size.height") }
}

/** VOC counts pixels from 1 and takes in both corners, so the lower ones move by one and the upper ones stay. */
const objectOf = (object: Xml.Element, index: number, size: Size): TrueObject => {
  const label = textIn(one(object, "name", "object.name", index))
  if (label === "") throw new BadField("object.name", "must be a text that is not empty", index)
  const corners = one(object, "bndbox", "object.bndbox", index)
  const at = (name: string) => numberIn(corners, name, `object.bndbox.${name}`, index)
  const [x1, y1, x2, y2] = [at("xmin") - 1, at("ymin") - 1, at("xmax"), at("ymax")]
  const shown = `[${[x1 + 1, y1 + 1, x2, y2].join(", ")}]`
  if (!(x1 < x2 && y1 < y2)) throw new BadField("object.bndbox", `must have xmin <= xmax and ymin <= ymax, not ${shown}`, index)
  if (isOutside(x1, x2 - x1, size.width) || isOutside(y1, y2 - y1, size.height)) {
    throw new BadField("object.bndbox", `leaves the image of ${size.width} x ${size.height} pixels: ${shown}`, index)
  }
  const [difficult] = named(object, "difficult")
  const crowd = difficult !== undefined && textIn(difficult) === "1"
  return { label, box: { space: "original", x1, y1, x2, y2 }, area: (x2 - x1) * (y2 - y1), crowd }
}

const imageOf = (root: Xml.Element): VocImage => {
  const size = sizeOf(root)
  const [filename] = named(root, "filename")
  const file = filename === undefined ? "" : textIn(filename)
  if (file !== "") requireInside("filename", file)
  return {
    file: file === "" ? undefined : file,
    size,
    objects: named(root, "object").map((object, i) => objectOf(object, i, size))
  }
}

/** Takes a file apart. Fails with `BadField` for what it should not say, and what is no XML. */
export const parseVoc = (bytes: Uint8Array): Effect.Effect<VocImage, BadField> =>
  Stream.make(bytes).pipe(
    Stream.pipeThroughChannel(Xml.decode({ maxDepth: 32 })),
    Stream.pipeThroughChannel(Xml.elements(["annotation"])),
    Stream.runCollect,
    Effect.mapError(({ message }) => new BadField("annotation", `must be XML (${message})`)),
    Effect.flatMap(([root]) =>
      root === undefined
        ? Effect.fail(new BadField("annotation", "must be the outermost element"))
        : Effect.try({
          try: () => imageOf(root),
          catch: (cause) => {
            if (cause instanceof BadField) return cause
            throw cause
          }
        }))
  )
