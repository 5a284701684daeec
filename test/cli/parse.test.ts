import { assert, describe, it } from "@effect/vitest"
import { near, unknownName } from "../../src/pipeline/near.ts"
import { amount, assignment, choice, least, seeds, setting } from "../../src/cli/Parse.ts"

describe("--set", () => {
  it("reads JSON where the value is JSON, and text elsewhere", () => {
    assert.deepStrictEqual(assignment("grpo.learningRate=1e-4"), { path: "grpo.learningRate", value: 1e-4 })
    assert.deepStrictEqual(assignment("detection.mode=positive"), { path: "detection.mode", value: "positive" })
    assert.deepStrictEqual(assignment("a.b=true").value, true)
    assert.deepStrictEqual(assignment("a.b=[1, 2]").value, [1, 2])
    assert.deepStrictEqual(assignment("a.b=x=y").value, "x=y")
    assert.deepStrictEqual(assignment("a.b=").value, "")
  })

  it("refuses what has no path", () => {
    for (const text of ["", "path", "=3"]) assert.throws(() => assignment(text), "path=value")
  })
})

describe("a key of a data set", () => {
  it("has a list or an object in JSON, and the text as it stands elsewhere", () => {
    assert.deepStrictEqual(setting("files=[\"a\", \"b\"]"), { key: "files", value: ["a", "b"] })
    assert.deepStrictEqual(setting("columns={\"box\": \"region\"}").value, { box: "region" })
    for (const text of ["2017", "null", "true", "a=b", "[a].json"]) assert.strictEqual(setting(`name=${text}`).value, text)
  })
})

describe("--only", () => {
  it("keeps commas and equals signs of a label", () => {
    assert.deepStrictEqual(choice("reward=weighted_sum, cosine"), { axis: "reward", label: "weighted_sum, cosine" })
    assert.deepStrictEqual(choice("reward=a=b"), { axis: "reward", label: "a=b" })
  })
})

describe("--fail-under", () => {
  it("reads a name and a number, and refuses anything else", () => {
    assert.deepStrictEqual(least("mAP=0.3"), { name: "mAP", value: 0.3 })
    assert.deepStrictEqual(least("precision@0.5=-1e-3"), { name: "precision@0.5", value: -1e-3 })
    for (const text of ["", "mAP", "mAP=", "mAP=high", "=3", "mAP=Infinity"]) assert.throws(() => least(text), "name=number")
  })
})

describe("--have", () => {
  it("reads an amount, with units of bytes, and refuses anything else", () => {
    assert.deepStrictEqual(amount("gpu=1"), { name: "gpu", amount: 1 })
    assert.deepStrictEqual(amount("memory=1.5GB"), { name: "memory", amount: 1.5e9 })
    assert.deepStrictEqual(amount("memory=16 GB").amount, 16e9)
    for (const text of ["", "gpu", "gpu=", "gpu=-1", "gpu=many", "memory=1GiB", "=3"]) assert.throws(() => amount(text), "name=amount")
  })
})

describe("--seeds", () => {
  it("reads a number of seeds, a range with both ends, and a list", () => {
    assert.deepStrictEqual(seeds("3"), [0, 1, 2])
    assert.deepStrictEqual(seeds("2..5"), [2, 3, 4, 5])
    assert.deepStrictEqual(seeds("7..7"), [7])
    assert.deepStrictEqual(seeds("4, 0,4"), [4, 0])
    assert.deepStrictEqual(seeds("5,"), [5])
  })

  it("refuses anything else", () => {
    for (const text of ["", "0", "-1", "1.5", "a", "3..1", "0..", "1;2", ",", "0..99999999999", "1e3"]) {
      assert.throws(() => seeds(text), "a number of seeds", text)
    }
  })
})

describe("near", () => {
  it("finds names that start alike, hold each other or differ by few letters", () => {
    const names = ["reward-comparison@quick", "prompts", "pretrain-tiny"]
    assert.deepStrictEqual(near("reward-comparison", names), ["reward-comparison@quick"])
    assert.deepStrictEqual(near("promts", names), ["prompts"])
    assert.deepStrictEqual(near("zzz", names), [])
  })

  it("lists what there is when nothing comes near", () => {
    assert.strictEqual(unknownName("scale", "huge", ["quick"], ""), "There is no scale \"huge\". Known: \"quick\".")
    assert.include(unknownName("scale", "x", [], "The study declares no scales."), "declares no scales")
  })
})
