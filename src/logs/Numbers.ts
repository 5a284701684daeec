/** The numbers of a log's steps, from the files that trainers write them into. */
import { readFile } from "node:fs/promises"
import { reasonOf } from "../pipeline/reason.ts"
import { isRow, type Layout, type Numbers } from "./layout.ts"
import { logged } from "./layouts/trl.ts"
import { parsePython } from "./pythonJson.ts"
import { readLines } from "./readLines.ts"

/** Numbers by step. */
export type BySteps = ReadonlyMap<number, Numbers["metrics"]>

/**
 * Adds a row to those before it, which stand in ascending order. A row of an earlier step means that the training was taken up
 * again from before it: what was logged from there on is void.
 */
const add = (all: Array<Numbers>, row: Numbers): void => {
  const last = all.at(-1)
  if (last?.step === row.step) {
    all[all.length - 1] = { step: row.step, metrics: { ...last.metrics, ...row.metrics } }
    return
  }
  while (all.length > 0 && all.at(-1)!.step >= row.step) all.pop()
  all.push(row)
}

const ofLines = async (path: string, layout: Layout, remark: (message: string) => void): Promise<ReadonlyArray<Numbers>> => {
  const all: Array<Numbers> = []
  for await (const { row } of readLines(path, remark)) {
    const numbers = layout.numbers(row)
    if (numbers !== undefined) add(all, numbers)
  }
  return all
}

/** A state that Transformers saved: it is written in place, so one that cannot be read may be on its way. */
const ofState = async (path: string): Promise<ReadonlyArray<Numbers>> => {
  const state = parsePython(await readFile(path, "utf8"))
  const history = isRow(state) ? state["log_history"] : undefined
  if (!Array.isArray(history)) throw new Error("it has no list log_history")
  const all: Array<Numbers> = []
  for (const row of history as ReadonlyArray<unknown>) {
    const numbers = isRow(row) ? logged(row) : undefined
    if (numbers !== undefined) add(all, numbers)
  }
  return all
}

const isState = (path: string): boolean => path.endsWith(".json")

/** Of several states, the one that knows most: each has all that the ones before it had. */
const newestState = async (paths: ReadonlyArray<string>, remark: (message: string) => void): Promise<ReadonlyArray<Numbers>> => {
  let newest: ReadonlyArray<Numbers> = []
  for (const path of paths) {
    try {
      const found = await ofState(path)
      if ((found.at(-1)?.step ?? -1) >= (newest.at(-1)?.step ?? -1)) newest = found
    } catch (cause) {
      remark(`${path}: it cannot be read as a trainer's state (${reasonOf(cause)}), and is left out`)
    }
  }
  return newest
}

/** The numbers of all files together. Of a metric that several have, the saved state counts, for some lines are rounded. */
export const read = async (paths: ReadonlyArray<string>, layout: Layout, remark: (message: string) => void): Promise<BySteps> => {
  const found = await Promise.all(paths.filter((path) => !isState(path)).map((path) => ofLines(path, layout, remark)))
  const all = new Map<number, Numbers["metrics"]>()
  for (const { metrics, step } of [...found.flat(), ...await newestState(paths.filter(isState), remark)]) {
    all.set(step, { ...all.get(step), ...metrics })
  }
  return all
}

/** Names of the parts of the reward, as metrics name them: `rewards/format/mean`, or `rewards/format` in older versions. */
export const partsIn = (numbers: BySteps): ReadonlySet<string> =>
  new Set([...numbers.values()].flatMap((metrics) => Object.keys(metrics)).flatMap((name) => /^rewards\/([^/]+)(?:\/mean)?$/.exec(name)?.[1] ?? []))
