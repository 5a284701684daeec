import * as Context from "effect/Context"
import { availableParallelism } from "node:os"

/** Threads of one policy's sessions. Results do not depend on it; who runs several policies at once divides the cores. */
export const ComputeThreads = Context.Reference<number>("assay/policy/ComputeThreads", {
  defaultValue: availableParallelism
})

/** Threads for each of `jobs` policies that compute side by side, at least one. */
export const divided = (jobs: number): number => Math.max(1, Math.floor(availableParallelism() / jobs))
