/** Which sentences D3 asks about an image. */
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Rows, RowsError } from "../../pipeline/Rows.ts"
import { asDataError, DataError } from "../../task/dataError.ts"
import type { Id } from "../../task/detection/coco/fields.ts"
import type { Example } from "../../task/detection/example.ts"
import { readJson } from "../../task/readJson.ts"

/** The sentences of an image; undefined where nothing says which. */
export type Sentences = (example: Example) => ReadonlySet<string> | undefined

/** The sentences that are annotated anywhere in the folder of an image, which is its group. */
export const byFolder = (examples: Rows<Example>): Effect.Effect<Sentences, RowsError> =>
  Effect.gen(function*() {
    const groups = new Map<string, Set<string>>()
    yield* Stream.runForEach(examples.chunks, (some) =>
      Effect.sync(() => {
        for (const { image, positives } of some) {
          const folder = dirname(image.path)
          const group = groups.get(folder) ?? new Set()
          groups.set(folder, group)
          for (const sentence of positives) group.add(sentence)
        }
      }))
    return ({ image }) => groups.get(dirname(image.path))
  })

/** The list of ids of a value. Throws `DataError`. */
const idsOf = (path: string, image: string, value: unknown): ReadonlyArray<number> => {
  if (Array.isArray(value) && value.every(Number.isSafeInteger)) return value as ReadonlyArray<number>
  throw new DataError({ path, message: `${path}: "${image}" must be a list of the ids of sentences. Convert the pickles again.` })
}

/**
 * The sentences that a file lists for an image. Sentences that the annotation file lacks belong to another setting (PRES has no
 * absence expressions, ABS nothing else), and are not asked.
 */
export const bySentences = (path: string, names: ReadonlyMap<Id, string>): Effect.Effect<Sentences, DataError> =>
  Effect.tryPromise({
    try: async () => {
      const found = new Map<string, Set<string>>()
      for await (const piece of readJson(path)) {
        const { key } = piece
        if (key === undefined) throw new DataError({ path, message: `${path}: the file must be an object of lists, by ids of images.` })
        const ids = idsOf(path, key, "rows" in piece ? piece.rows : piece.value)
        const sentences = found.get(key) ?? new Set()
        found.set(key, sentences)
        for (const id of ids) {
          const sentence = names.get(id)
          if (sentence !== undefined) sentences.add(sentence)
        }
      }
      if ([...found.values()].every(({ size }) => size === 0)) {
        throw new DataError({ path, message: `${path} names no sentence of the annotation file. Are they of the same data set?` })
      }
      return ({ id }: Example) => found.get(id)
    },
    catch: asDataError
  })
