import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { cases } from "../../peers/cases.ts"
import { type Outcome, ours } from "../../peers/ours.ts"
import { prepare } from "../../peers/prepare.ts"

/** What transformers computed for a case, written by test/peers/compare.py. */
interface Expected {
  readonly ids: ReadonlyArray<ReadonlyArray<number>>
  readonly logprobs: ReadonlyArray<ReadonlyArray<number>>
  readonly greedy: ReadonlyArray<ReadonlyArray<number>>
  /** Norm of each tensor's gradient, and its product with cos(0), cos(1), ..., which sees order and sign. */
  readonly gradients: { readonly [name: string]: readonly [norm: number, probe: number] }
}

const expected: { readonly [name: string]: Expected } = JSON.parse(
  readFileSync(new URL("../../peers/expected.json", import.meta.url), "utf8")
)

const summary = (data: Float32Array): { readonly norm: number; readonly probe: number } => {
  let squares = 0
  let probe = 0
  data.forEach((value, i) => {
    squares += value * value
    probe += value * Math.cos(i)
  })
  return { norm: Math.sqrt(squares), probe }
}

describe.each(cases.filter(({ name }) => name in expected))("the model $name", (one) => {
  const theirs = expected[one.name]!
  let folder: string
  let outcome: Outcome

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-parity-"))
    outcome = await ours(await prepare(one, folder))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it("is asked what transformers was asked", () => {
    assert.deepStrictEqual(outcome.prompts.map((prompt) => prompt.ids), theirs.ids)
  })

  it("gives every token the log-probability that transformers gives it", () => {
    assert.deepStrictEqual(outcome.logprobs.map((line) => line.length), theirs.logprobs.map((line) => line.length))
    outcome.logprobs.flat().forEach((logp, i) => assert.closeTo(logp, theirs.logprobs.flat()[i]!, 1e-4))
  })

  it("says the same when it always takes the likeliest token", () => {
    assert.deepStrictEqual(outcome.greedy, theirs.greedy)
  })

  it("has the gradient of torch's autograd in every tensor", () => {
    assert.sameMembers(outcome.gradients.map(({ name }) => name), Object.keys(theirs.gradients))
    for (const { data, name } of outcome.gradients) {
      const { norm, probe } = summary(data)
      const [theirNorm, theirProbe] = theirs.gradients[name]!
      assert.closeTo(norm, theirNorm, 1e-3 * theirNorm, name)
      assert.closeTo(probe, theirProbe, 1e-3 * theirNorm, name)
    }
  })
})
