import { fileURLToPath } from "node:url"
import type { Shape } from "./batch.ts"
import * as Child from "./child.ts"
import type * as Measure from "./measure.ts"

/** What `trainChild.ts` is to train, and how often. */
export interface Request {
  readonly folder: string
  readonly weights: "folder" | number
  readonly shape: Shape
  readonly threads: number
  readonly rounds: number
  readonly microBatch?: number
}

export interface Response {
  readonly sequences: number
  readonly completionTokens: number
  readonly parameters: number
  readonly seconds: ReturnType<typeof Measure.summary>
  /** Largest resident set of the process, and what it was before the first training step. */
  readonly peakBytes: number
  readonly peakBytesBefore: number
}

const child = fileURLToPath(new URL("./trainChild.ts", import.meta.url))

/** Trains in a process of its own. */
export const measureTraining = async (request: Request): Promise<Response> =>
  JSON.parse(await Child.output([child, JSON.stringify(request)])) as Response
