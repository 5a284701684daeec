/** A study that nothing happens to, for comparison. */
import assert from "node:assert/strict"
import { harness } from "./processes.ts"
import { found } from "./sound.ts"

export interface Undisturbed {
  readonly expected: ReturnType<typeof found>
  /** Milliseconds that it took. */
  readonly length: number
}

const ofStudy = async (study: string, folder: string): Promise<Undisturbed> => {
  const began = performance.now()
  const { code, err } = await harness(folder, study).ended
  assert.equal(code, 0, err)
  const expected = found(folder)
  for (const table of ["metrics", "samples", "weights"]) assert.ok(expected[table]!.length > 3, table)
  return { expected, length: performance.now() - began }
}

const known = new Map<string, Promise<Undisturbed>>()

/** What the study finds in an empty folder, and how long it takes: once for all files of tests that share a process. */
export const undisturbed = (folder: string, study: string): Promise<Undisturbed> => {
  const alone = known.get(study) ?? ofStudy(study, folder)
  known.set(study, alone)
  return alone
}
