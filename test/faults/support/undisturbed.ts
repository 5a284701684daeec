/** A study that nothing happens to, for comparison. */
import assert from "node:assert/strict"
import { harness } from "./processes.ts"
import { found } from "./sound.ts"

export interface Undisturbed {
  readonly expected: ReturnType<typeof found>
  /** Milliseconds that it took. */
  readonly length: number
}

/** Runs the study in an empty folder: what it found, and how long it took. */
export const undisturbed = async (folder: string, study: string): Promise<Undisturbed> => {
  const began = performance.now()
  const { code, err } = await harness(folder, study).ended
  assert.equal(code, 0, err)
  const expected = found(folder)
  for (const table of ["metrics", "samples", "weights"]) assert.ok(expected[table]!.length > 3, table)
  return { expected, length: performance.now() - began }
}
