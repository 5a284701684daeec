/** A trainer's logs as steps: its numbers and its completions together, in order, a step at a time. */
import { existsSync } from "node:fs"
import { stat } from "node:fs/promises"
import { DataError } from "../task/dataError.ts"
import * as Completions from "./Completions.ts"
import { type Found, findFiles, inFolder } from "./findFiles.ts"
import type { Layout } from "./layout.ts"
import * as Layouts from "./Layouts.ts"
import { trl } from "./layouts/trl.ts"
import type { LoggedStep } from "./loggedStep.ts"
import * as Numbers from "./Numbers.ts"
import { sampleOf } from "./sampleOf.ts"

/** The layouts that there are. */
export const layouts: ReadonlyArray<Layout> = Object.values(Layouts)

export interface Log {
  readonly layout: Layout
  /** Every file that is read, and its state before it was. */
  readonly files: ReadonlyArray<{ readonly path: string; readonly state: string }>
  /** How many steps it has. */
  readonly size: number
  /**
   * The steps above `after`, ascending, in bounded memory: a step's completions are read when it comes. Throws `DataError` for a row
   * that cannot be read, but for the last one, which may be on its way.
   */
  readonly steps: (after?: number) => AsyncGenerator<LoggedStep>
  /** What was left out, such as a line that is still being written; told so far. */
  readonly remarks: ReadonlyArray<string>
}

/** One file after the other. Throws `DataError` where two have the same step. */
const inOrder = (sources: ReadonlyArray<Completions.Source>): ReadonlyArray<Completions.Source> => {
  const sorted = sources.filter(({ steps }) => steps.length > 0).toSorted((a, b) => a.steps[0]! - b.steps[0]!)
  sorted.forEach(({ path, steps }, i) => {
    const before = sorted[i - 1]
    if (before === undefined || before.steps.at(-1)! < steps[0]!) return
    throw new DataError({ path, message: `${path} and ${before.path} both have the step ${steps[0]}. Import the logs of one training at a time.` })
  })
  return sorted
}

const sampled = (layout: Layout, path: string, { entry, rows }: Completions.Rows, parts: ReadonlySet<string>): LoggedStep["samples"] =>
  rows.map((row, i) => {
    const sample = sampleOf(layout.columns, row, parts)
    if (typeof sample !== "string") return sample
    throw new DataError({ path, message: `${path}: answer ${i} of the step that begins in ${entry} ${sample}. Name the layout that the file has with --layout.` })
  })

/** What changes with every writing to a file. */
export const stateOf = async (path: string): Promise<string> => {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? "gone" : `${found.size} ${found.mtimeMs}`
}

/** Opens the logs in files that were found. */
const open = async ({ completions, layout, metrics }: Found): Promise<Log> => {
  const files = await Promise.all([...completions, ...metrics].map(async (path) => ({ path, state: await stateOf(path) })))
  const remarks = new Set<string>()
  const remark = (message: string) => {
    remarks.add(message)
  }
  const numbers = await Numbers.read(metrics, layout, remark)
  const parts = Numbers.partsIn(numbers)
  const opened: Array<Completions.Source> = []
  for (const path of completions) opened.push(await Completions.open(path, layout, remark))
  const sources = inOrder(opened)
  const all = [...new Set([...numbers.keys(), ...sources.flatMap(({ steps }) => steps)])].sort((a, b) => a - b)
  const without = (step: number): LoggedStep => ({ step, metrics: numbers.get(step) ?? {}, samples: [] })
  /** The rows of a file; none of the last file where it cannot be read. */
  const rowsOf = async function*(source: Completions.Source, after: number) {
    try {
      yield* source.read(after)
    } catch (cause) {
      if (!(cause instanceof DataError) || source !== sources.at(-1) || !source.path.endsWith(".parquet")) throw cause
      remark(`${cause.message} It is the last, and left out as one that is still being written.`)
    }
  }
  const read = async function*(source: Completions.Source, after: number): AsyncGenerator<LoggedStep> {
    for await (const rows of rowsOf(source, after)) {
      yield { ...without(rows.step), samples: sampled(layout, source.path, rows, parts) }
    }
  }
  return {
    layout,
    files,
    size: all.length,
    steps: async function*(after = -1) {
      let next = all.findIndex((step) => step > after)
      if (next < 0) return
      for (const source of sources) {
        if (source.steps.at(-1)! <= after) continue
        for await (const step of read(source, after)) {
          while (all[next]! < step.step) yield without(all[next++]!)
          yield step
          next++
        }
      }
      while (next < all.length) yield without(all[next++]!)
    },
    get remarks() {
      return [...remarks]
    }
  }
}

/**
 * Opens the logs at `paths`, files or folders that a trainer wrote; their layout is recognised among `among`. Throws `DataError`.
 *
 * It may be called while the trainer still writes: a last line, table or state that is cut off is left out, and told in `remarks`.
 */
export const readLog = async (paths: ReadonlyArray<string>, among: ReadonlyArray<Layout> = layouts): Promise<Log> =>
  open(await findFiles(paths, among))

/**
 * What a TRL trainer has logged so far in its `output_dir`, ascending, above step `after`: for following one that runs, by asking
 * again with the last step that was seen.
 *
 * With `log_completions`, the completions of a step are there as soon as it is logged; its numbers when a checkpoint's
 * trainer_state.json is written, or at once where a callback appends each row of `log_history` to log_history.jsonl in that folder.
 * A step may so come with completions and no numbers. Empty where nothing is logged yet, and where there is no such folder.
 *
 * Throws `DataError` for logs that are no such logs.
 */
export const readTrl = async (folder: string, after = -1): Promise<ReadonlyArray<LoggedStep>> => {
  const found = existsSync(folder) ? await inFolder(folder, [trl]) : undefined
  if (found === undefined) return []
  const steps: Array<LoggedStep> = []
  for await (const step of (await open(found)).steps(after)) steps.push(step)
  return steps
}
