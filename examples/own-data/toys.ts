/** A data set in a format of one's own: JSON lines, one a picture. And a filter. */
import { Data, Stage } from "assay"
import { Config, Rows } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

const Toy = Schema.Struct({
  what: Schema.NonEmptyString,
  /** Left, top, width and height in pixels. */
  at: Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite])
})

const Line = Schema.Struct({
  /** Its file, from where the JSON lines are. */
  picture: Schema.NonEmptyString,
  width: Config.Count,
  height: Config.Count,
  toys: Schema.Array(Toy)
})

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Line))

const exampleOf = (folder: string, line: string): Data.Example => {
  const { height, picture, toys, width } = decode(line)
  const objects = toys.map(({ at: [left, top, wide, high], what }): Data.TrueObject => ({
    label: what,
    box: { space: "original", x1: left, y1: top, x2: left + wide, y2: top + high },
    area: wide * high,
    crowd: false
  }))
  const image = { path: join(folder, picture), width, height }
  return { id: basename(picture), image, objects, positives: [...new Set(toys.map(({ what }) => what))], negatives: [] }
}

/** An error that says which file, where in it, and why. */
const wrong = (path: string, where: string, cause: unknown) =>
  new Data.DataError({ path, message: `${path}${where}: ${cause instanceof Error ? cause.message : String(cause)}`, cause })

const read = (file: string): Effect.Effect<ReadonlyArray<Data.Example>, Data.DataError> =>
  Effect.gen(function*() {
    const text = yield* Effect.tryPromise({ try: () => readFile(file, "utf8"), catch: (cause) => wrong(file, "", cause) })
    return yield* Effect.forEach(text.trim().split("\n"), (line, i) =>
      Effect.try({ try: () => exampleOf(dirname(file), line), catch: (cause) => wrong(file, `, line ${i + 1}`, cause) }))
  })

/** sha256 of the lines and of every picture that they name: when one of them changes, what rests on it runs again. */
const contentOf = (file: string): Effect.Effect<string, Data.DataError> =>
  Effect.flatMap(read(file), (examples) =>
    Effect.tryPromise({
      try: async () => {
        const hash = createHash("sha256")
        for (const path of [file, ...examples.map(({ image }) => image.path)]) hash.update(await readFile(path))
        return hash.digest("hex")
      },
      catch: (cause) => wrong(file, "", cause)
    }))

/** Toys in pictures, read from JSON lines. */
export const toys = Stage.define({
  kind: "data",
  name: "toys",
  module: import.meta.url,
  config: Schema.Struct({ file: Schema.NonEmptyString }),
  content: ({ file }) => contentOf(file),
  run: ({ file }, _input: void) =>
    Effect.map(read(file), (examples): Data.Dataset<Data.Example> => ({
      name: basename(file, ".jsonl"),
      categories: [...new Set(examples.flatMap(({ positives }) => positives))].sort(),
      examples: Rows.of(examples),
      skipped: 0
    }))
})

/** Keeps the pictures in which some toy covers at least this share of the picture, in [0, 1]. */
export const prominent = Stage.define({
  kind: "filter",
  name: "prominent",
  module: import.meta.url,
  config: Schema.Struct({ share: Config.Fraction }),
  run: ({ share }, dataset: Data.Dataset<Data.Example>) =>
    Data.keep(`prominent(${share})`, dataset, ({ image, objects }) =>
      objects.some(({ area }) => area >= share * image.width * image.height))
})
