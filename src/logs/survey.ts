/** A first look through a whole log: what it has, and whether all of it can be read. */
import { createHash } from "node:crypto"
import { bytesOf } from "../task/readJson.ts"
import { type Log, stateOf } from "./readLog.ts"

/** A file of a log with the hash of its content. */
export interface Looked {
  readonly path: string
  readonly state: string
  readonly sha256: string
}

export interface Survey {
  readonly files: ReadonlyArray<Looked>
  readonly steps: number
  readonly completions: number
  /** The trainer's names. */
  readonly metrics: ReadonlyArray<string>
  /** In the order in which they were met. */
  readonly parts: ReadonlyArray<string>
}

const looked = async ({ path, state }: Log["files"][number]): Promise<Looked> => {
  const hash = createHash("sha256")
  for await (const bytes of bytesOf(path)) hash.update(bytes)
  return { path, state, sha256: hash.digest("hex") }
}

/** Reads every step once, and tells `listen` how many it has read. Throws `DataError` as reading them does. */
export const survey = async (log: Log, listen: (steps: number) => void = () => {}): Promise<Survey> => {
  const files: Array<Looked> = []
  for (const file of log.files) files.push(await looked(file))
  const [metrics, parts] = [new Set<string>(), new Set<string>()]
  let [steps, completions] = [0, 0]
  for await (const step of log.steps()) {
    for (const name of Object.keys(step.metrics)) metrics.add(name)
    for (const { rewards } of step.samples) for (const part of Object.keys(rewards)) parts.add(part)
    completions += step.samples.length
    listen(++steps)
  }
  return { files, steps, completions, metrics: [...metrics], parts: [...parts] }
}

/** The first file that was written to, or is gone, since the log was opened. */
export const changed = async (files: ReadonlyArray<Looked>): Promise<string | undefined> => {
  for (const { path, state } of files) if (await stateOf(path) !== state) return path
  return undefined
}
