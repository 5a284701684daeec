/** How the machine's cores are shared between runs that go on side by side. */
import { availableParallelism } from "node:os"
import * as Context from "effect/Context"

/** Threads of one policy's sessions. Results do not depend on it; the runner divides the cores between its jobs. */
export const ComputeThreads = Context.Reference<number>("assay/pipeline/ComputeThreads", {
  defaultValue: availableParallelism
})

/** Threads for each of `jobs` policies that compute side by side, at least one. */
export const divided = (jobs: number): number => Math.max(1, Math.floor(availableParallelism() / jobs))
