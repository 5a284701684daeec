/** COCO's own layout: what is in an image is asked for. Source: COCO data format, cocodataset.org. */
import { type Row, textOf } from "../../task/detection/coco/fields.ts"
import { type Layout, present } from "./layout.ts"

export const fileName = (row: Row): string => textOf(row, "file_name")

export const cocoLayout: Layout<null> = {
  fileOf: fileName,
  questionOf: () => null,
  ask: (_image, _question, objects, labels) => ({ positives: present(objects, labels), negatives: [] })
}
