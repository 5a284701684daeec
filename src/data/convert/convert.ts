/** Writes a data set in another layout. Pictures stay where they are. */
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join, relative, sep } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { reasonOf } from "../../pipeline/reason.ts"
import { DataError } from "../../task/dataError.ts"
import type { AnyExample, Dataset } from "../../task/dataset.ts"
import type { Source, Target } from "./target.ts"
import { targets } from "./targets.ts"

export type Layout = keyof typeof targets

export const layouts = Object.keys(targets) as ReadonlyArray<Layout>

export interface Written {
  /** Paths of the files; those of a file an image as one. */
  readonly files: ReadonlyArray<string>
  /** Examples about which the layout would ask nothing. */
  readonly leftOut: number
}

/**
 * Writes a data set below `folder`; `images` is the folder that pictures are named from. Fails with `DataError` for a data set of another task than the layout holds, and for what cannot be written.
 */
export const convert = (
  dataset: Dataset,
  images: string,
  layout: Layout,
  folder: string
): Effect.Effect<Written, DataError> =>
  Effect.tryPromise({
    try: async () => {
      const target: Target = targets[layout]
      let leftOut = 0
      const isWanted = (example: AnyExample): boolean => {
        if (target.leavesOut?.(example) !== true) return true
        leftOut++
        return false
      }
      const examples = async function*(): AsyncGenerator<AnyExample> {
        leftOut = 0 // a writer may go through them again
        for await (const some of Stream.toAsyncIterable(dataset.examples.chunks)) {
          const other = some.find((example) => !target.holds(example))
          if (other !== undefined) throw new Error(`example ${other.id} is of a task that ${layout} does not hold`)
          yield* some.filter(isWanted)
        }
      }
      const source: Source = {
        dataset,
        examples,
        fileOf: ({ image }) => relative(images, image.path).split(sep).join("/")
      }
      const written = new Set<string>()
      for await (const { path, text } of target.write(source)) {
        const file = join(folder, path)
        if (written.has(file)) throw new Error(`two pictures would share ${file}; give them names of their own`)
        written.add(file)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text)
      }
      return { files: written.size > 3 ? [`${folder} (${written.size} files)`] : [...written], leftOut }
    },
    catch: (cause) =>
      new DataError({
        path: folder,
        message: `"${dataset.name}" cannot be written as ${layout} to ${folder}: ${reasonOf(cause)}. ` +
          "Choose another layout or folder, and check the disk.",
        cause
      })
  })
