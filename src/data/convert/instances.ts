/** COCO's and OVDEval's layouts, written. */
import { idFrom } from "../../task/detection/coco/fields.ts"
import type { Example } from "../../task/detection/example.ts"
import type { Output, Source } from "./target.ts"

const images = async function*({ examples, fileOf }: Source<Example>, questions: boolean): AsyncGenerator<object> {
  for await (const example of examples()) {
    const { height, width } = example.image
    const image = { id: idFrom(example.id), file_name: fileOf(example), width, height }
    yield questions ? { ...image, text: example.positives, neg_text: example.negatives } : image
  }
}

/** Ids from 1: pycocotools takes an annotation 0 for none. */
const annotations = async function*({ dataset, examples }: Source<Example>): AsyncGenerator<object> {
  const categories = new Map(dataset.categories.map((label, i) => [label, i + 1]))
  let id = 1
  for await (const example of examples()) {
    for (const { area, box, crowd, label } of example.objects) {
      yield {
        id: id++,
        image_id: idFrom(example.id),
        category_id: categories.get(label),
        bbox: [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1],
        area,
        iscrowd: crowd ? 1 : 0
      }
    }
  }
}

const list = async function*(rows: AsyncIterable<object>): AsyncGenerator<string> {
  let before = "["
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`
    before = ",\n"
  }
  yield before === "[" ? "[]" : "]"
}

const text = async function*(source: Source<Example>, questions: boolean): AsyncGenerator<string> {
  yield "{\"images\":"
  yield* list(images(source, questions))
  yield ",\n\"annotations\":"
  yield* list(annotations(source))
  const categories = source.dataset.categories.map((name, i) => ({ id: i + 1, name, supercategory: "object" }))
  yield `,\n"categories":${JSON.stringify(categories)}}\n`
}

/** One file of COCO's layout. What is asked about images is not in it. */
export const coco = (source: Source<Example>): ReadonlyArray<Output> =>
  [{ path: "annotations.json", text: text(source, false) }]

/** One file of OVDEval's layout, with what is asked and what is absent. */
export const ovdeval = (source: Source<Example>): ReadonlyArray<Output> =>
  [{ path: "annotations.json", text: text(source, true) }]
