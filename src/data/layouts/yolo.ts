/** YOLO: one text file an image, a line an object. */
import { basename, extname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { Dataset } from "../../task/dataset.ts"
import { BadField, faultOf, show } from "../../task/detection/coco/fields.ts"
import type { Example, TrueObject } from "../../task/detection/example.ts"
import type { Size } from "../../vision/Box.ts"
import { joined } from "./content.ts"
import { files, nameOf } from "./files.ts"
import { filesHash, inPieces, namesBelow, picturesHash, pictureSuffixes, textIn } from "./folder.ts"
import { type Look, lookOnce } from "../pictures/lookOnce.ts"
import type { Result } from "./readEntry.ts"
import { collect } from "./readList.ts"
import { namesOf } from "./yoloNames.ts"

const config = Schema.Struct({
  ...files,
  /** A `data.yaml` with `names`, or a file of one label a line. */
  names: Schema.NonEmptyString
})

const stemOf = (file: string): string => file.slice(0, -extname(file).length)

/** Rounding of a writer may carry a box over the edge by this share of the side. */
const slack = 0.01

/** One line: the label's number, then centre and size as shares of the image's sides. Throws `BadField`. */
const objectOf = (line: string, index: number, labels: ReadonlyArray<string>, { height, width }: Size): TrueObject => {
  const bad = (message: string) => new BadField("line", message, index + 1)
  const words = line.split(/\s+/)
  const numbers = words.map(Number)
  if (words.length > 5) throw bad(`must be a label and four numbers, and has ${words.length}: a polygon or a turned box is not read`)
  if (words.length < 5 || !numbers.every(Number.isFinite)) throw bad(`must be a label and four numbers, not ${show(line)}`)
  const [number, cx, cy, w, h] = numbers as [number, number, number, number, number]
  const label = labels[number]
  if (label === undefined) throw bad(`names label ${show(words[0])}, and there are ${labels.length}, from 0 on`)
  if (!(w > 0 && h > 0)) throw bad("has a box whose width or height is not positive")
  const edges = [cx - w / 2, cy - h / 2, 1 - cx - w / 2, 1 - cy - h / 2]
  if (edges.some((edge) => edge < -slack)) throw bad("has a box that leaves the image; numbers are shares of its sides, from 0 to 1")
  const [x1, y1] = [(cx - w / 2) * width, (cy - h / 2) * height]
  const box = { space: "original" as const, x1, y1, x2: x1 + w * width, y2: y1 + h * height }
  return { label, box, area: w * width * h * height, crowd: false }
}

const objectsOf = (text: string, labels: ReadonlyArray<string>, size: Size): ReadonlyArray<TrueObject> =>
  text.split("\n").flatMap((line, i) => line.trim() === "" ? [] : [objectOf(line.trim(), i, labels, size)])

/** The example that a text makes of a picture, or what is wrong with a line. */
const parsed = (id: string, entry: string, text: string, labels: ReadonlyArray<string>, image: Example["image"]): Result<Example> => {
  try {
    const objects = objectsOf(text, labels, image)
    const present = new Set(objects.map(({ label }) => label))
    return { example: { id, image, objects, positives: labels.filter((label) => present.has(label)), negatives: [] } }
  } catch (cause) {
    return { problem: { entry, ...faultOf(cause) } }
  }
}

/** Files by their names without suffix, the first of those that share one. */
const byStem = (files: ReadonlyArray<string>): ReadonlyMap<string, string> => new Map(files.toReversed().map((file) => [stemOf(file), file]))

/** A picture with the objects of its text file; one without a file holds none. */
const exampleOf = (folder: string, file: string, texts: ReadonlyMap<string, string>, labels: ReadonlyArray<string>, look: Look) =>
  Effect.gen(function*() {
    const id = stemOf(file)
    const labelled = texts.get(id)
    const entry = labelled ?? file
    const found = yield* look(entry, "picture", file)
    if ("problem" in found) return found
    const text = labelled === undefined ? "" : yield* textIn(join(folder, labelled))
    if (typeof text !== "string") {
      const message = `cannot be read (${text.fault}). Restore the file.`
      return { problem: { kind: "no file", entry, message } }
    }
    return parsed(id, entry, text, labels, found.image)
  })

/** Text files whose picture is not there, and pictures of one name, whose objects nobody could tell apart. */
const strays = (texts: ReadonlyMap<string, string>, pictures: ReadonlyArray<string>): ReadonlyArray<Result<Example>> => {
  const first = byStem(pictures)
  const problem = (kind: string, entry: string, message: string) => ({ problem: { kind, entry, message } })
  return [
    ...[...texts].filter(([id]) => !first.has(id) && basename(id) !== "classes").map(([, file]) =>
      problem("no picture", file, "has no picture of its name. Restore it, or drop the file.")),
    ...pictures.filter((file) => first.get(stemOf(file)) !== file).map((file) =>
      problem("two pictures of one name", file, `has the name of ${first.get(stemOf(file))}, and one text file stands for both. Rename one of them.`))
  ]
}

/**
 * A data set in YOLO's layout: `images` is a folder of pictures, `annotations` that of the text files of their names, each in the same
 * folder below it as its picture. A picture without a text file holds no object. The labels of an image are its positives.
 *
 * Errors and `onBad` as for `coco`. Source: the layout of Darknet and of Ultralytics.
 */
export const yolo = Stage.define({
  kind: "data",
  name: "yolo",
  module: import.meta.url,
  config,
  content: ({ annotations, images, names }) =>
    Effect.gen(function*() {
      const texts = yield* namesBelow(annotations, [".txt"])
      const pictures = yield* namesBelow(images, pictureSuffixes)
      const labels = yield* namesOf(names)
      return joined(
        yield* filesHash(annotations, texts, images, () => []),
        yield* picturesHash(images, pictures),
        JSON.stringify(labels)
      )
    }),
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const labels = yield* namesOf(options.names)
      const pictures = yield* namesBelow(options.images, pictureSuffixes)
      const texts = byStem(yield* namesBelow(options.annotations, [".txt"]))
      const look = lookOnce(options.images)
      const results = Stream.mapEffect(inPieces([...byStem(pictures).values()].sort()), (some): Effect.Effect<ReadonlyArray<Result<Example>>> =>
        Effect.forEach(some, (file) => exampleOf(options.annotations, file, texts, labels, look), { concurrency: 8 }))
      const all = Stream.concat(Stream.make(strays(texts, pictures)), results)
      const { examples, skipped } = yield* collect(options.annotations, options.onBad, all)
      const dataset: Dataset<Example> = { name: nameOf(options, options.annotations), categories: labels, examples, skipped }
      return dataset
    })
})
