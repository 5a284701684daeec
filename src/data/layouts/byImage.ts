/**
 * True objects gathered by image: added in any order, as annotation files have them, and taken image by image.
 *
 * Where they are many, they are sorted run by run into a file and the runs are merged (external merge sort), so that memory
 * does not depend on how many there are.
 */
import { type FileHandle, open } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { reasonOf } from "../../pipeline/reason.ts"
import { RowsError } from "../../pipeline/Rows.ts"
import { countingSort } from "../../task/detection/coco/Grouping.ts"
import type { TrueObject } from "../../task/detection/example.ts"

/** Numbers of an object: image, label, crowd, x1, y1, x2, y2, area. */
const fields = 8

/** Objects of a run, which takes 16 MB; and those of each run that are in memory when runs are merged. */
const [longest, window] = [1 << 18, 1 << 10] as const

/** A sorted run: the part of it in memory, where in that part its next object is, and where in the file the rest lies. */
interface Run {
  held: Float64Array
  at: number
  readonly rest: { from: number; readonly to: number }
}

/** Objects to be gathered. Images are numbers from 0, and so are labels, which stand in a list. */
export interface Gathering {
  /** Adds an object. True when memory is full, and `spill` due. */
  readonly add: (image: number, label: number, object: TrueObject) => boolean
  readonly spill: Effect.Effect<void, RowsError>
  /** The objects of `count` images from `first` on, each image's as they were added. Images go by in order, once. */
  readonly take: (first: number, count: number) => Effect.Effect<ReadonlyArray<ReadonlyArray<TrueObject>>, RowsError>
}

const attempt = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, RowsError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) => {
      const message = `The objects in ${path} cannot be sorted: ${reasonOf(cause)}. Check the disk and the space left on it.`
      return new RowsError({ message, cause })
    }
  })

const sorted = (objects: Float64Array, count: number, images: number): Float64Array => {
  const image = Uint32Array.from({ length: count }, (_, i) => objects[i * fields]!)
  const { order } = countingSort(Uint32Array.from(image.keys()), image, images)
  const result = new Float64Array(count * fields)
  order.forEach((from, to) => result.set(objects.subarray(from * fields, (from + 1) * fields), to * fields))
  return result
}

const objectAt = (held: Float64Array, at: number, labels: ReadonlyArray<string>): TrueObject => ({
  label: labels[held[at + 1]!]!,
  box: { space: "original", x1: held[at + 3]!, y1: held[at + 4]!, x2: held[at + 5]!, y2: held[at + 6]! },
  area: held[at + 7]!,
  crowd: held[at + 2] === 1
})

/** Gathers objects of so many images, with these labels. A file comes into being at `path` once they are many. */
export const gather = (
  path: Effect.Effect<string, RowsError>,
  images: number,
  labels: ReadonlyArray<string>
): Effect.Effect<Gathering, never, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const runs: Array<Run> = []
    let file: { readonly path: string; readonly handle: FileHandle } | undefined
    let [objects, count, written] = [new Float64Array(1024 * fields), 0, 0]

    const add = (image: number, label: number, { area, box, crowd }: TrueObject): boolean => {
      if ((count + 1) * fields > objects.length) {
        const larger = new Float64Array(2 * objects.length)
        larger.set(objects)
        objects = larger
      }
      objects.set([image, label, crowd ? 1 : 0, box.x1, box.y1, box.x2, box.y2, area], fields * count++)
      return count === longest
    }

    const opened = Effect.gen(function*() {
      if (file !== undefined) return file
      const made = yield* path
      const handle = yield* Effect.acquireRelease(
        attempt(made, () => open(made, "w+")),
        (handle) => Effect.promise(() => handle.close())
      )
      return (file = { path: made, handle })
    }).pipe(Scope.provide(scope))

    const spill = Effect.gen(function*() {
      const { handle, path } = yield* opened
      const run = sorted(objects, count, images)
      yield* attempt(path, async () => {
        const { bytesWritten } = await handle.write(run, 0, run.byteLength, written)
        if (bytesWritten !== run.byteLength) throw new Error("not all of it could be written")
      })
      runs.push({ held: new Float64Array(0), at: 0, rest: { from: written, to: written + run.byteLength } })
      written += run.byteLength
      count = 0
    })

    /** Reads on in a run whose part in memory is used up. */
    const refill = (run: Run) =>
      Effect.flatMap(opened, ({ handle, path }) =>
        attempt(path, async () => {
          const held = new Float64Array(Math.min((run.rest.to - run.rest.from) / 8, window * fields))
          const { bytesRead } = await handle.read(held, 0, held.byteLength, run.rest.from)
          if (bytesRead !== held.byteLength) throw new Error("the file is cut short")
          run.rest.from += bytesRead
          ;[run.held, run.at] = [held, 0]
        }))

    const take = Effect.fnUntraced(function*(first: number, wanted: number) {
      if (count > 0) {
        runs.push({ held: sorted(objects, count, images), at: 0, rest: { from: 0, to: 0 } })
        ;[objects, count] = [new Float64Array(0), 0]
      }
      const found = Array.from({ length: wanted }, () => [] as Array<TrueObject>)
      // earlier runs hold what was added earlier, so that every image's objects stay in order
      for (const run of runs) {
        for (;;) {
          const { held } = run
          while (run.at < held.length && held[run.at]! < first + wanted) {
            found[held[run.at]! - first]!.push(objectAt(held, run.at, labels))
            run.at += fields
          }
          if (run.at < held.length || run.rest.from === run.rest.to) break
          yield* refill(run)
        }
      }
      return found
    })

    return { add, spill, take }
  })
