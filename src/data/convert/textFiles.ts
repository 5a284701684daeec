/** YOLO's and Pascal VOC's layouts, written: a file an image. */
import type { Example } from "../../task/detection/example.ts"
import { type Output, type Source, stemOf } from "./target.ts"

const share = (value: number): string => String(Number(value.toFixed(6)))

/** YOLO's lines have no crowds, and boxes end with the picture. */
const yoloText = ({ image, objects }: Example, labels: ReadonlyMap<string, number>): string =>
  objects.filter(({ crowd }) => !crowd).map(({ box, label }) => {
    const [x1, x2] = [Math.max(0, box.x1) / image.width, Math.min(image.width, box.x2) / image.width]
    const [y1, y2] = [Math.max(0, box.y1) / image.height, Math.min(image.height, box.y2) / image.height]
    return `${[labels.get(label), ...[(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map(share)].join(" ")}\n`
  }).join("")

/** `labels/*.txt` and `classes.txt`. Crowd regions, hard negatives and COCO's areas are no part of this layout. */
export const yolo = async function*({ dataset, examples, fileOf }: Source<Example>): AsyncGenerator<Output> {
  const labels = new Map(dataset.categories.map((label, i) => [label, i]))
  for await (const example of examples()) {
    yield { path: `labels/${stemOf(fileOf(example))}.txt`, text: [yoloText(example, labels)] }
  }
  yield { path: "classes.txt", text: [dataset.categories.map((label) => `${label}\n`).join("")] }
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const vocText = ({ image, objects }: Example, file: string): string =>
  [
    "<annotation>",
    `  <filename>${escaped(file)}</filename>`,
    `  <size><width>${image.width}</width><height>${image.height}</height><depth>3</depth></size>`,
    ...objects.map(({ box, crowd, label }) =>
      `  <object><name>${escaped(label)}</name><difficult>${crowd ? 1 : 0}</difficult><bndbox><xmin>${box.x1 + 1}</xmin>` +
      `<ymin>${box.y1 + 1}</ymin><xmax>${box.x2}</xmax><ymax>${box.y2}</ymax></bndbox></object>`
    ),
    "</annotation>\n"
  ].join("\n")

/** `Annotations/*.xml`, by the names of the pictures. Crowd regions become difficult objects; hard negatives are no part of it. */
export const voc = async function*({ examples, fileOf }: Source<Example>): AsyncGenerator<Output> {
  for await (const example of examples()) {
    const file = fileOf(example)
    yield { path: `Annotations/${stemOf(file).replaceAll("/", "_")}.xml`, text: [vocText(example, file)] }
  }
}
