import { assert, describe, it } from "vitest"
import type { EncodedPrompt } from "../../../../src/model/encode.ts"
import { microBatches, type WeightedSequence } from "../../../../src/policy/local/training/microBatches.ts"

const promptOf = (length: number): EncodedPrompt => ({ ids: Array.from({ length }, () => 5), positions: new Float32Array(3 * length), next: length, images: [] })

/** `count` answers of two tokens to a prompt of a length. */
const answers = (count: number, length: number): ReadonlyArray<WeightedSequence> =>
  Array.from({ length: count }, () => ({ prompt: promptOf(length), group: String(length), tokens: [6, 7], weights: [1, 1] }))

const sizes = (sequences: ReadonlyArray<WeightedSequence>, size: number) =>
  microBatches(sequences, size).map((batch) => batch.map(({ members }) => members.length))

describe("micro-batches", () => {
  it("have prompts with all their answers, as many as fit", () => {
    assert.deepStrictEqual(sizes([...answers(4, 3), ...answers(4, 5), ...answers(4, 9)], 8), [[4, 4], [4]])
  })

  it("are never larger than they may be: a prompt with more answers is cut", () => {
    assert.deepStrictEqual(sizes(answers(5, 3), 2), [[2], [2], [1]])
    const members = microBatches(answers(5, 3), 2).flat().flatMap((group) => group.members)
    assert.sameMembers([...members], [0, 1, 2, 3, 4])
  })

  it("are filled up where a prompt has fewer answers than another", () => {
    const [batch] = microBatches([...answers(1, 3), ...answers(2, 5)], 8)
    assert.deepStrictEqual(batch!.map(({ completions }) => completions), [[[6, 7], [0]], [[6, 7], [6, 7]]])
  })
})
