/** Samples as the API says them: boxes in pixels of the picture as it is stored, what nobody counted or measured as null. */
import { type Box as VisionBox, convert, type Size, type Sizes } from "../../../vision/Box.ts"
import type { ListedSample, SampleRun, StoredBox } from "../../../workspace/index.ts"
import type { Box, Listed } from "./api.ts"

/** The details that all tasks with a picture keep; the database may be anybody's, so none is taken for granted. */
interface Details {
  readonly task: string | null
  /** There is a picture, of this size where it is known. */
  readonly picture: { readonly width: number | null; readonly height: number | null } | null
  readonly sizes: Sizes | undefined
}

const record = (json: string): { readonly [key: string]: unknown } => {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === "object" && value !== null ? value as { readonly [key: string]: unknown } : {}
  } catch {
    return {}
  }
}

const side = (value: unknown): number | null => typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null

const size = (width: number | null, height: number | null): Size | undefined => width === null || height === null ? undefined : { width, height }

export const detailsOf = (json: string): Details => {
  const { height, image, inputHeight, inputWidth, task, width } = record(json)
  const [original, resized] = [size(side(width), side(height)), size(side(inputWidth), side(inputHeight))]
  return {
    task: typeof task === "string" ? task : null,
    picture: typeof image === "string" ? { width: side(width), height: side(height) } : null,
    sizes: original === undefined ? undefined : { original, resized: resized ?? { width: NaN, height: NaN } }
  }
}

/** What is in pixels of the picture already needs no sizes. */
const placed = (box: VisionBox, sizes: Sizes | undefined): VisionBox | undefined =>
  box.space === "original" ? box : sizes === undefined ? undefined : convert(box, "original", sizes)

const boxOf = ({ label, role, space, x1, x2, y1, y2 }: StoredBox, sizes: Sizes | undefined): typeof Box.Type => {
  const at = placed({ space, x1: x1 ?? NaN, y1: y1 ?? NaN, x2: x2 ?? NaN, y2: y2 ?? NaN }, sizes)
  const corners = at === undefined ? [] : [at.x1, at.y1, at.x2, at.y2]
  return { role, label, corners: corners.length === 4 && corners.every(Number.isFinite) ? corners as [number, number, number, number] : null }
}

/** Of runs, what tells them apart. */
export const runsOf = (runs: ReadonlyArray<SampleRun>) => runs.map(({ run, seed, variant }) => ({ run, variant, seed }))

/** What a list and a whole sample have in common. `runs` lead to it. */
export const shapeOf = (sample: Omit<ListedSample, "opening">, runs: ReadonlyArray<SampleRun>): Omit<typeof Listed.Type, "opening"> => {
  const { picture, sizes, task } = detailsOf(sample.details)
  return {
    id: sample.id,
    execution: sample.execution,
    scope: sample.scope,
    step: sample.step,
    label: runs[0]?.label ?? "",
    runs: runsOf(runs),
    ordinal: sample.ordinal,
    example: sample.example,
    task,
    tokens: sample.isCounted ? sample.tokenCount : null,
    finish: sample.finishReason,
    rewards: sample.rewards,
    boxes: sample.boxes.map((box) => boxOf(box, sizes)),
    truths: sample.truths,
    predictions: sample.predictions,
    picture
  }
}
