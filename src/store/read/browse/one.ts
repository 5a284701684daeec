/** Completions by their numbers, with everything that was recorded of them. */
import { type Handle, question } from "../../Database.ts"

export interface StoredReward {
  readonly part: string
  readonly value: number | null
  readonly error: string | null
}

/** A box as it is stored. */
export interface StoredBox {
  readonly role: "true" | "predicted"
  readonly label: string
  readonly space: "original" | "resized" | "thousand"
  readonly x1: number | null
  readonly y1: number | null
  readonly x2: number | null
  readonly y2: number | null
}

/** A completion as a list shows it. */
export interface ListedSample {
  readonly id: number
  /** The execution of the stage that it comes from. */
  readonly execution: number
  readonly scope: string
  readonly step: number
  readonly ordinal: number
  readonly example: string
  /** The first bytes of the completion. */
  readonly opening: string
  readonly tokenCount: number
  readonly isCounted: boolean
  readonly finishReason: "stop" | "length"
  /** JSON that the task types. */
  readonly details: string
  readonly rewards: ReadonlyArray<StoredReward>
  /** The first of them. */
  readonly boxes: ReadonlyArray<StoredBox>
  readonly truths: number
  readonly predictions: number
}

/** So many bytes of a completion are enough for a list. */
const opening = 800
/** Boxes that are drawn of one completion, at most: a model may say any number of them. */
const drawn = { list: 60, whole: 1000 } as const

const rewardsOf = ({ sqlite }: Handle) =>
  sqlite.prepare("SELECT part, value, error FROM sample_reward WHERE sample = ? ORDER BY ordinal")

/** True ones first, since a model may say any number of them. */
const boxesOf = ({ sqlite }: Handle) =>
  sqlite.prepare("SELECT role, label, space, x1, y1, x2, y2 FROM box WHERE sample = ? ORDER BY role DESC, ordinal LIMIT ?")

const counts = `
  (SELECT count(*) FROM box b WHERE b.sample = c.id AND b.role = 'true') AS truths,
  (SELECT count(*) FROM box b WHERE b.sample = c.id AND b.role = 'predicted') AS predictions`

const columns = `
  c.id, c.stage AS execution, c.scope, c.step, c.ordinal, c.example, c.token_count AS tokenCount,
  c.token_count > 0 OR c.completion = '' AS isCounted, c.finish_reason AS finishReason, d.content AS details`

type Row = Omit<ListedSample, "rewards" | "boxes" | "isCounted"> & { readonly isCounted: 0 | 1 }

/** Completions as a list shows them, in the order of their numbers given; what is not there is left out. */
export const listedSamples = question((handle, ids: ReadonlyArray<number>): ReadonlyArray<ListedSample> => {
  const [rewards, boxes] = [rewardsOf(handle), boxesOf(handle)]
  // as bytes: for text SQLite ends at a NUL
  const row = handle.sqlite.prepare(`
    SELECT ${columns}, CAST(substr(CAST(c.completion AS BLOB), 1, ${opening}) AS TEXT) AS opening, ${counts}
    FROM completion c JOIN text d ON d.id = c.details WHERE c.id = ?`)
  return ids.flatMap((id) => {
    const found = row.get(id) as Row | undefined
    return found === undefined ? [] : [{
      ...found,
      isCounted: found.isCounted === 1,
      rewards: rewards.all(id) as Array<StoredReward>,
      boxes: boxes.all(id, drawn.list) as Array<StoredBox>
    }]
  })
})

/** A completion whole. */
export interface WholeSample extends Omit<ListedSample, "opening"> {
  readonly prompt: string
  readonly completion: string
  readonly solution: string
}

/** A completion by its number; undefined if none. */
export const wholeSample = question((handle, id: number): WholeSample | undefined => {
  const found = handle.sqlite.prepare(`
    SELECT ${columns}, ${counts}, p.content AS prompt, c.completion, s.content AS solution
    FROM completion c JOIN text d ON d.id = c.details JOIN text p ON p.id = c.prompt JOIN text s ON s.id = c.solution
    WHERE c.id = ?`).get(id) as Omit<WholeSample, "rewards" | "boxes" | "isCounted"> & { readonly isCounted: 0 | 1 } | undefined
  if (found === undefined) return undefined
  return {
    ...found,
    isCounted: found.isCounted === 1,
    rewards: rewardsOf(handle).all(id) as Array<StoredReward>,
    boxes: boxesOf(handle).all(id, drawn.whole) as Array<StoredBox>
  }
})

/** What the picture of a completion is stored as: a path, or a data URI; null for one without, undefined if there is no such completion. */
export const sampleImage = question(({ sqlite }, id: number) =>
  sqlite.prepare("SELECT d.content ->> '$.image' FROM completion c JOIN text d ON d.id = c.details WHERE c.id = ?").pluck().get(id) as
    | string
    | null
    | undefined)

/** Current runs that lead to an execution, in table order of their experiments. */
export const runsOfExecution = question(({ sqlite }, execution: number) =>
  sqlite.prepare(`
    SELECT e.name AS experiment, r.id AS run, r.variant, r.seed, rs.position, rs.label, s.kind
    FROM run_stage rs JOIN run r ON r.id = rs.run AND r.current = 1 JOIN experiment e ON e.id = r.experiment
    JOIN stage s ON s.id = rs.stage JOIN variant v ON v.experiment = r.experiment AND v.name = r.variant
    WHERE rs.stage = ? ORDER BY e.id, v.ordinal, r.seed`).all(execution) as Array<{
      readonly experiment: string
      readonly run: number
      readonly variant: string
      readonly seed: number
      readonly position: number
      readonly label: string
      readonly kind: string
    }>)
