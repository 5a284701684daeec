import * as Effect from "effect/Effect"
import { mkdir, writeFile } from "node:fs/promises"
import * as path from "node:path"
import sharp from "sharp"
import type { Space } from "../../vision/Box.ts"
import * as Draw from "../../vision/Paint.ts"
import * as Store from "../../store/index.ts"
import * as Curves from "./Curves.ts"
import { svg } from "./plot.ts"
import type { Table } from "../table/Table.ts"

type Sample = Effect.Success<ReturnType<typeof Store.samples>>[number]

/** The picture of a stored completion: its image with its true and its predicted boxes. */
export const ofSample = (sample: Sample, imagePath: string, caption: string): Draw.Picture => ({
  path: imagePath,
  input: { width: sample.inputWidth, height: sample.inputHeight },
  boxes: sample.boxes.map(({ label, role, space, x1, x2, y1, y2 }) => ({
    role,
    label,
    box: { space: space as Space, x1: x1 ?? NaN, y1: y1 ?? NaN, x2: x2 ?? NaN, y2: y2 ?? NaN }
  })),
  caption
})

/** A name of an experiment as a folder: letters, digits and a few signs stay. */
export const folderName = (experiment: string): string =>
  experiment.replace(/[^\p{L}\p{N}@=.,+-]+/gu, "_").replace(/^\.+/, "_")

const save = (file: string, content: Uint8Array): Effect.Effect<string> =>
  Effect.promise(async () => {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
    return file
  })

const curve = Effect.fnUntraced(function*(handle: Store.Handle, table: Table, folder: string) {
  const rows = yield* Store.learningCurve(handle, table.experiment, "reward")
  const steps = rows.filter((row) => row.step > 0).map((row) => row.stage)
  const trained = rows.filter((row) => steps.includes(row.stage))
  if (trained.length === 0) return []
  const chart = Curves.chart(table.experiment, "reward", trained, table.rows.map((row) => row.variant))
  const png = yield* Effect.promise(() => sharp(Buffer.from(svg(chart)), { density: 144 }).png().toBuffer())
  return [yield* save(path.join(folder, "learning-curve.png"), png)]
})

/** The row whose first metric is highest among the trained ones. */
const best = (table: Table): string | undefined =>
  table.rows
    .filter((row) => row.role !== "reference" && row.cells[0]?.measured !== undefined)
    .toSorted((a, b) => b.cells[0]!.measured!.mean - a.cells[0]!.measured!.mean)[0]?.variant

const shown = 4

const answers = Effect.fnUntraced(
  function*(handle: Store.Handle, table: Table, folder: string, resolve: (image: string) => string) {
    const runs = yield* Store.runs(handle, table.experiment)
    const variants = [table.reference, best(table)].flatMap((variant) => variant === undefined ? [] : [variant])
    const chosen = variants.flatMap((variant) =>
      runs.find((run) => run.variant === variant && run.status === "done") ?? []
    )
    const rows = yield* Effect.forEach(
      chosen,
      (run) =>
        Effect.map(Store.samples(handle, run.id, { kind: "evaluate" }), (samples) => {
          const ordered = samples.toSorted((a, b) => a.ordinal - b.ordinal)
          const every = Math.max(1, Math.floor(ordered.length / shown))
          return ordered.filter((_, i) => i % every === 0).slice(0, shown)
            .map((sample) => ofSample(sample, resolve(sample.image), `${run.variant}, seed ${run.seed}`))
        })
    )
    const pictures = rows.flat()
    if (pictures.length === 0) {
      return []
    }
    const png = yield* Draw.sheet(pictures, Math.max(...rows.map((row) => row.length)))
    return [yield* save(path.join(folder, "answers.png"), png)]
  }
)

/**
 * Writes an experiment's pictures into a folder of its name: `learning-curve.png`, and `answers.png` with held-out
 * answers of the reference (first row) and of the best variant. `resolve` finds the file of a stored image path.
 * Returns the paths.
 *
 * Fails with `StoreError`, or `ImageError` when an image is gone.
 */
export const write = Effect.fn("pictures")(
  function*(handle: Store.Handle, table: Table, folder: string, resolve: (image: string) => string) {
    const into = path.join(folder, folderName(table.experiment))
    return [...(yield* curve(handle, table, into)), ...(yield* answers(handle, table, into, resolve))]
  }
)
