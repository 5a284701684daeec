/**
 * What became of weights since they were last known by a name: equal lineages mean weights that came about in the same way. So answers
 * that were paid for before a crash are found again once training has come to the same point.
 */
import { createHash } from "node:crypto"

/** Of weights that nothing was done to yet. */
export const initial = "initial"

/** Of weights after something that was done to them. */
export const after = (lineage: string, ...done: ReadonlyArray<unknown>): string =>
  createHash("sha256").update(lineage).update("\n").update(JSON.stringify(done)).digest("hex")
