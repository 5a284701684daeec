/** Statistics of tokens, with the study's cut. */
import { assert, describe, it } from "@effect/vitest"
import * as Form from "../../src/evaluate/Form.ts"

const measured = (counts: ReadonlyArray<number>, cut: number) =>
  Object.fromEntries(Form.measure(counts.map((tokenCount) => ({ text: "", tokenCount, finishReason: "stop" as const })), cut))

describe("statistics of tokens", () => {
  it("are of all answers, and of those below the cut; the others are counted, the cut itself among them", () => {
    assert.deepInclude(measured([10, 2999, 3000, 5000, 31], 3000), {
      minTokens: 10,
      maxTokens: 5000,
      meanTokens: 2208,
      minTokensBelowCut: 10,
      maxTokensBelowCut: 2999,
      meanTokensBelowCut: 3040 / 3,
      answersFromCut: 2,
      evaluationSize: 5
    })
  })

  it("are the same twice where no answer is so long, and left out where all are", () => {
    assert.deepInclude(measured([4, 8], 9), { meanTokens: 6, meanTokensBelowCut: 6, answersFromCut: 0 })
    const none = measured([4, 8], 4)
    assert.strictEqual(none["answersFromCut"], 2)
    for (const name of ["meanTokensBelowCut", "minTokensBelowCut", "maxTokensBelowCut"]) assert.notProperty(none, name)
  })

  it("are all declared", () => {
    assert.sameMembers(Object.keys(measured([1], 3000)), Form.metrics.map(({ name }) => name))
  })
})
