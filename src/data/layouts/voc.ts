/** Pascal VOC: one XML file an image. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { DataError } from "../../task/dataError.ts"
import type { Dataset } from "../../task/dataset.ts"
import { faultOf } from "../../task/detection/coco/fields.ts"
import type { Example } from "../../task/detection/example.ts"
import type { Problem } from "../../task/problem.ts"
import { files, nameOf } from "./files.ts"
import { bytesIn, filesHash, inPieces, linesIn, namesIn } from "./folder.ts"
import { type Look, lookOnce } from "../pictures/lookOnce.ts"
import type { Result } from "./readEntry.ts"
import { collect } from "./readList.ts"
import { parseVoc } from "./vocXml.ts"

const config = Schema.Struct({
  ...files,
  /** File that names the images, one a line, such as `ImageSets/Main/val.txt`; without it, every XML file is taken. */
  list: Schema.optionalKey(Schema.NonEmptyString)
})

type Options = typeof config["Type"]

/** The names of the XML files. */
const filesOf = ({ annotations, list }: Options): Effect.Effect<ReadonlyArray<string>, DataError> =>
  list === undefined
    ? namesIn(annotations, [".xml"])
    : Effect.flatMap(linesIn(list), (lines) => {
      const wrong = lines.findIndex((line) => /\s|[\\/]|^\.\.?$/.test(line))
      if (wrong < 0) return Effect.succeed(lines.map((line) => `${line}.xml`))
      const message = `${list}, line ${wrong + 1} must be the name of one image, such as 000005. Lists of single classes name more.`
      return Effect.fail(new DataError({ path: list, message }))
    })

/** Reads the annotations of an image, and looks at its picture. */
const exampleOf = (folder: string, entry: string, look: Look) =>
  Effect.gen(function*() {
    const id = entry.slice(0, -".xml".length)
    const problem = (fault: Omit<Problem, "entry">): Result<Example> => ({ problem: { entry, ...fault } })
    const bytes = yield* bytesIn(join(folder, entry))
    if ("fault" in bytes) return problem({ kind: "no file", message: `cannot be read (${bytes.fault}). Restore the file.` })
    const parsed = yield* Effect.match(parseVoc(bytes), { onFailure: faultOf, onSuccess: (image) => image })
    if ("message" in parsed) return problem(parsed)
    const { file = `${id}.jpg`, objects, size } = parsed
    const found = yield* look(entry, "filename", file, size)
    if ("problem" in found) return found
    const positives = [...new Set(objects.filter(({ crowd }) => !crowd).map(({ label }) => label))].sort()
    const result: Result<Example> = { example: { id, image: found.image, objects, positives, negatives: [] } }
    return result
  })

/**
 * A data set in Pascal VOC's layout: `annotations` is the folder of XML files, `images` that of the pictures. The labels of an
 * image are its positives; labels are sorted, since no file lists them.
 *
 * VOC counts pixels from 1, both corners taken in: `xmin` 1 is the left edge. Objects marked `difficult` count as crowd regions: a box
 * that lies in one is neither right nor wrong. (VOC's own evaluation passes over those alone that cover such an object.) Errors and
 * `onBad` as for `coco`.
 * Source: Everingham et al., "The PASCAL VOC Challenge", 2010.
 */
export const voc = Stage.define({
  kind: "data",
  name: "voc",
  module: import.meta.url,
  config,
  content: (options) =>
    Effect.flatMap(filesOf(options), (names) =>
      filesHash(options.annotations, names, options.images, (name, text) => {
        const file = /<filename>([^<]*)<\/filename>/.exec(text)?.[1]?.trim()
        return [file ?? name.replace(/xml$/i, "jpg")]
      })),
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const names = yield* filesOf(options)
      const look = lookOnce(options.images)
      const labels = new Set<string>()
      const results = Stream.mapEffect(inPieces(names), (some) =>
        Effect.forEach(some, (name) => exampleOf(options.annotations, name, look), { concurrency: 8 }).pipe(
          Effect.tap((found) =>
            Effect.sync(() => {
              for (const one of found) if ("example" in one) for (const { label } of one.example.objects) labels.add(label)
            })
          )
        ))
      const { examples, skipped } = yield* collect(options.annotations, options.onBad, results)
      const dataset: Dataset<Example> = {
        name: nameOf(options, options.list ?? options.annotations),
        categories: [...labels].sort(),
        examples,
        skipped
      }
      return dataset
    })
})
