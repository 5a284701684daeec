/** The annotation file of a drawn data set, as text that need not fit into memory. */
import { area, type LabeledBox, type Size } from "../../vision/Box.ts"

/** One image to be. */
export interface Drawn {
  /** The picture as an SVG document. */
  readonly picture: () => string
  /** What is annotated. */
  readonly objects: ReadonlyArray<LabeledBox<"original">>
  /** What is asked for, in OVDEval's layout. */
  readonly question?: { readonly text: ReadonlyArray<string>; readonly negText: ReadonlyArray<string> }
}

/** A data set to be: `count` images of one size, and every label that they hold, in order. */
export interface DrawnSet {
  readonly size: Size
  readonly count: number
  readonly at: (index: number) => Drawn
  readonly labels: () => ReadonlyArray<string>
  readonly supercategory: string
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

const images = function*({ at, count, size }: DrawnSet): Generator<object> {
  for (let id = 0; id < count; id++) {
    const image = { id, file_name: pictureName(id), ...size }
    const { question } = at(id)
    yield question === undefined ? image : { ...image, text: question.text, neg_text: question.negText }
  }
}

const annotations = function*({ at, count }: DrawnSet, places: ReadonlyMap<string, number>): Generator<object> {
  let id = 0
  for (let image = 0; image < count; image++) {
    for (const { box, label } of at(image).objects) {
      yield {
        id: id++,
        image_id: image,
        category_id: places.get(label),
        bbox: [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1],
        area: area(box),
        iscrowd: 0
      }
    }
  }
}

/** The text of the file, in COCO's layout; in OVDEval's where images have questions. */
export const annotationText = function*(set: DrawnSet): Generator<string> {
  const labels = set.labels()
  yield "{\"images\":"
  yield* list(images(set))
  yield ",\"annotations\":"
  yield* list(annotations(set, new Map(labels.map((label, i) => [label, i]))))
  yield `,"categories":${JSON.stringify(labels.map((name, id) => ({ id, name, supercategory: set.supercategory })))}}`
}
