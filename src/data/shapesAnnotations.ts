/** The annotation file of a generated data set, as text that need not fit into memory. */
import { area, type Size } from "../vision/Box.ts"
import { label, labels, type Scene } from "../vision/scenes/scene.ts"
import type { Question } from "./question.ts"

export type Layout = "coco" | "ovdeval"

/** One image to be: what it shows, and what is asked about it in OVDEval's layout. */
export interface Item {
  readonly scene: Scene
  readonly question: Question
}

export const pictureName = (index: number): string => `${String(index).padStart(6, "0")}.png`

/** A list as JSON, in pieces large enough to be worth a write each. */
const list = function*(rows: Iterable<object>): Generator<string> {
  let [piece, before] = ["", "["]
  for (const row of rows) {
    piece += before + JSON.stringify(row)
    before = ","
    if (piece.length < 1 << 16) continue
    yield piece
    piece = ""
  }
  yield `${piece}${before === "[" ? "[" : ""}]`
}

const images = function*(layout: Layout, size: Size, count: number, item: (index: number) => Item): Generator<object> {
  for (let id = 0; id < count; id++) {
    const image = { id, file_name: pictureName(id), ...size }
    const { question } = item(id)
    yield layout === "ovdeval" ? { ...image, text: question.text, neg_text: question.negText } : image
  }
}

const annotations = function*(layout: Layout, count: number, item: (index: number) => Item): Generator<object> {
  let id = 0
  for (let image = 0; image < count; image++) {
    const { question, scene } = item(image)
    for (const shape of scene.shapes) {
      if (layout === "ovdeval" && !question.text.includes(label(shape))) continue
      const { box } = shape
      yield {
        id: id++,
        image_id: image,
        category_id: labels.indexOf(label(shape)),
        bbox: [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1],
        area: area(box),
        iscrowd: 0
      }
    }
  }
}

/** The text of the file. OVDEval's layout annotates only what the image's `text` asks for, as the real set does. */
export const annotationText = function*(
  layout: Layout,
  size: Size,
  count: number,
  item: (index: number) => Item
): Generator<string> {
  yield "{\"images\":"
  yield* list(images(layout, size, count, item))
  yield ",\"annotations\":"
  yield* list(annotations(layout, count, item))
  yield `,"categories":${JSON.stringify(labels.map((name, id) => ({ id, name, supercategory: "shape" })))}}`
}
