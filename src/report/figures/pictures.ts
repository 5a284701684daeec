/** Pictures of answers with their boxes. */
import * as Effect from "effect/Effect"
import type { Space } from "../../vision/Box.ts"
import type { Row, Table } from "../table/Table.ts"
import * as Paint from "./Paint.ts"

/** PNG of one picture, with its boxes. */
export const picture = Paint.picture

/** A stored completion, as far as it can be drawn. */
export interface Drawable {
  readonly image: string | null
  readonly inputWidth: number | null
  readonly inputHeight: number | null
  readonly boxes: ReadonlyArray<{
    readonly role: "true" | "predicted"
    readonly label: string
    readonly space: string
    readonly x1: number | null
    readonly y1: number | null
    readonly x2: number | null
    readonly y2: number | null
  }>
}

/** The picture of a completion: its image with its true and its predicted boxes. Undefined for one without an image. */
export const ofSample = (sample: Drawable, resolve: (image: string) => string, caption: string): Paint.Picture | undefined =>
  sample.image === null || sample.inputWidth === null || sample.inputHeight === null ? undefined : {
    path: resolve(sample.image),
    input: { width: sample.inputWidth, height: sample.inputHeight },
    boxes: sample.boxes.map(({ label, role, space, x1, x2, y1, y2 }) => ({
      role,
      label,
      box: { space: space as Space, x1: x1 ?? NaN, y1: y1 ?? NaN, x2: x2 ?? NaN, y2: y2 ?? NaN }
    })),
    caption
  }

/** A name of an experiment as a folder: letters, digits and a few signs stay. */
export const folderName = (experiment: string): string =>
  experiment.replace(/[^\p{L}\p{N}@=.,+-]+/gu, "_").replace(/^\.+/, "_")

/** The row that is best by the first metric among those that are no reference, and not `other`. */
export const best = ({ columns, rows }: Table, other: string | undefined): Row | undefined => {
  const sign = columns[0]?.better === "lower" ? -1 : 1
  return rows
    .filter((row) => row.role !== "reference" && row.variant !== other && row.cells[0]?.measured !== undefined)
    .toSorted((a, b) => sign * (b.cells[0]!.measured!.mean - a.cells[0]!.measured!.mean))[0]
}

/** The rows whose answers are worth comparing: the reference, or else the baseline, and the best of the others. */
export const compared = (table: Table): ReadonlyArray<string> => {
  const one = table.reference ?? table.baseline
  return [one, best(table, one)?.variant].filter((name) => name !== undefined)
}

/** Answers that are shown of each row. */
const shown = 4

/** PNG of held-out answers, one row of pictures for each of `rows`, evenly spread over its samples. Undefined of nothing. */
export const answers = (
  rows: ReadonlyArray<{ readonly caption: string; readonly samples: ReadonlyArray<Drawable & { readonly ordinal: number }> }>,
  resolve: (image: string) => string
) => {
  const pictures = rows.map(({ caption, samples }) => {
    const ordered = samples.toSorted((a, b) => a.ordinal - b.ordinal)
    const every = Math.max(1, Math.floor(ordered.length / shown))
    return ordered.filter((_, i) => i % every === 0).slice(0, shown)
      .flatMap((sample) => ofSample(sample, resolve, caption) ?? [])
  })
  const across = Math.max(0, ...pictures.map((row) => row.length))
  return across === 0 ? Effect.undefined : Paint.sheet(pictures.flat(), across)
}
