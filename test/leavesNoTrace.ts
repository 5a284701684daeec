/** Every file of tests leaves its process as it found it: the next one, whichever it is, runs in the same. */
import { afterAll, assert, beforeAll } from "vitest"

/** libvips sets a variable as it is loaded. */
const variables = () => {
  const { VIPSHOME: _, ...own } = process.env
  return own
}

let before: { readonly cwd: string; readonly env: typeof process.env; readonly variables: ReturnType<typeof variables> }
beforeAll(() => {
  before = { cwd: process.cwd(), env: process.env, variables: variables() }
})
afterAll(() => {
  assert.strictEqual(process.cwd(), before.cwd)
  assert.strictEqual(process.env, before.env, "process.env is another object: set its variables by test/environment.ts")
  assert.deepStrictEqual(variables(), before.variables)
})
