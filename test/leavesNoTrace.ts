/** Every file of tests leaves its process as it found it: the next one, whichever it is, runs in the same. */
import { afterAll, assert, beforeAll } from "vitest"

let before: { readonly cwd: string; readonly variables: typeof process.env; readonly env: typeof process.env }
beforeAll(() => {
  before = { cwd: process.cwd(), variables: { ...process.env }, env: process.env }
})
afterAll(() => {
  assert.strictEqual(process.cwd(), before.cwd)
  assert.strictEqual(process.env, before.env, "process.env is another object: set its variables by test/environment.ts")
  assert.deepStrictEqual({ ...process.env }, before.variables)
})
