/** Filters that know pictures again, whatever their names. */
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import type { RowsError } from "../../pipeline/Rows.ts"
import type { Spool } from "../../pipeline/run/services.ts"
import { DataError } from "../../task/dataError.ts"
import type { AnyExample, Dataset } from "../../task/dataset.ts"
import type { Example } from "../../task/detection/example.ts"
import { load } from "../../vision/Image.ts"
import { remaining } from "./keep.ts"

/** What makes two pictures the same: the bytes of their files, or their pixels, whatever the format and what else it holds. */
const by = Config.withDefault(Schema.Literals(["bytes", "pixels"]), "bytes")

const broken = (path: string, cause: unknown): DataError =>
  new DataError({ path, message: `${path} cannot be read (${reasonOf(cause)}). Restore the file.`, cause })

const hashOf = (path: string, by: "bytes" | "pixels"): Effect.Effect<string, DataError> =>
  by === "bytes"
    ? Effect.tryPromise({
      try: async () => createHash("sha256").update(await readFile(path)).digest("base64"),
      catch: (cause) => broken(path, cause)
    })
    : load(path).pipe(
      Effect.map(({ height, pixels, width }) => createHash("sha256").update(`${width} ${height} `).update(pixels).digest("base64")),
      Effect.mapError((error) => new DataError({ path, message: error.message, cause: error }))
    )

/** The examples of a data set with their hashes, some at a time and in order. */
const hashed = <E extends AnyExample>({ examples }: Dataset<E>, by: "bytes" | "pixels") =>
  Stream.mapEffect(examples.chunks, (some) =>
    Effect.forEach(some, (example) => Effect.map(hashOf(example.image.path, by), (hash) => ({ example, hash })), { concurrency: 8 }))

const first = Stage.define({
  kind: "filter",
  name: "distinct",
  module: import.meta.url,
  config: Schema.Struct({ by }),
  run: ({ by }, dataset: Dataset) => {
    const seen = new Set<string>()
    const left = Stream.map(hashed(dataset, by), (some) =>
      some.flatMap(({ example, hash }) => {
        if (seen.has(hash)) return []
        seen.add(hash)
        return [example]
      }))
    return remaining(`distinct({ by: ${by} })`, dataset, left)
  }
})

type Filters<E extends AnyExample> = Stage.Stage<Dataset<E>, Dataset<E>, DataError | RowsError, Spool>

/**
 * Keeps the first example of every picture. Two pictures are the same by their files' bytes, or with `by: "pixels"` by what is seen.
 * Of any task; of detection unless its type says otherwise.
 */
export const distinct = <E extends AnyExample = Example>(config: Parameters<typeof first>[0] = {}): Filters<E> =>
  first(config) as never // it changes no example

const apart = Stage.define({
  kind: "filter",
  name: "apartFrom",
  module: import.meta.url,
  config: Schema.Struct({ by, onLeak: Config.withDefault(Schema.Literals(["drop", "fail"]), "drop") }),
  parts: { data: Stage.part<void, Dataset>() },
  run: ({ by, onLeak }, dataset: Dataset, { data }) =>
    Effect.gen(function*() {
      const other = yield* data.run()
      const theirs = new Set<string>()
      yield* Stream.runForEach(hashed(other, by), (some) =>
        Effect.sync(() => {
          for (const { hash } of some) theirs.add(hash)
        }))
      const left = Stream.mapEffect(hashed(dataset, by), (some) =>
        Effect.gen(function*() {
          const leak = some.find(({ hash }) => theirs.has(hash))
          if (leak === undefined || onLeak === "drop") return some.filter(({ hash }) => !theirs.has(hash)).map(({ example }) => example)
          const { id, image } = leak.example
          const message = `The picture of example ${id} of "${dataset.name}" (${image.path}) is also in "${other.name}". ` +
            "Leave such pictures out with onLeak \"drop\", or choose other data."
          return yield* new DataError({ path: image.path, message })
        }))
      return yield* remaining(`apartFrom("${other.name}")`, dataset, left)
    })
})

/**
 * Drops the examples whose picture is also in another data set, such as the held-out one; with `onLeak: "fail"`, one such picture is
 * an error. Pictures are compared as by `distinct`.
 */
export const apartFrom = <E extends AnyExample = Example, DataE = never, DataR = never>(
  data: Stage.Stage<void, Dataset, DataE, DataR>,
  config: Parameters<typeof apart>[0] = {}
): Stage.Stage<Dataset<E>, Dataset<E>, DataE | DataError | RowsError, DataR | Spool> => apart(config, { data }) as never
