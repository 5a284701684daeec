import { assert, describe, it } from "@effect/vitest"
import * as Experiment from "../../../src/pipeline/declare/Experiment.ts"
import { InvalidExperiment } from "../../../src/pipeline/Errors.ts"
import * as Grid from "../../../src/pipeline/declare/Grid.ts"
import { prepared, study } from "../study.ts"
import * as Toy from "../toy.ts"

const labels = { reward: ["ap", "iou"], prompt: ["long", "short"] }

describe("Grid", () => {
  it("multiplies axes, the last one fastest", () => {
    assert.deepStrictEqual(Grid.product(labels), [
      { reward: "ap", prompt: "long" },
      { reward: "ap", prompt: "short" },
      { reward: "iou", prompt: "long" },
      { reward: "iou", prompt: "short" }
    ])
    assert.deepStrictEqual(Grid.product({}), [{}])
    assert.deepStrictEqual(Grid.product({ reward: ["ap"], prompt: [] }), [])
  })

  it("zips axes of one length, and no others", () => {
    assert.deepStrictEqual(Grid.zip(labels), [{ reward: "ap", prompt: "long" }, { reward: "iou", prompt: "short" }])
    const uneven = { reward: ["ap"], prompt: ["long", "short"] }
    assert.throws(() => Grid.zip(uneven), InvalidExperiment, /reward has 1, prompt has 2/)
  })

  it("leaves out every cell that has all labels of a pattern", () => {
    const cells = Grid.product(labels)
    assert.deepStrictEqual(Grid.exclude(cells, [{ reward: "ap", prompt: "short" }]).length, 3)
    assert.deepStrictEqual(Grid.exclude(cells, [{ reward: "ap" }]), [
      { reward: "iou", prompt: "long" },
      { reward: "iou", prompt: "short" }
    ])
    assert.deepStrictEqual(Grid.exclude(cells, []), cells)
  })
})

const base = { question: "?", policy: Toy.vector({ size: 1 }), seeds: [3, 5], table: { metrics: [] } }
const axes = { scale: { half: 0.5, whole: 1 }, limit: { low: 1, high: 5 } }

describe("Experiment", () => {
  it("names variants by their labels, in the order of the axes", () => {
    const exclude = [{ scale: "whole", limit: "low" }] as const
    const made = Experiment.make("grid", { ...base, axes, exclude, pipeline: () => prepared })
    assert.deepStrictEqual(made.variants.map(({ name }) => name), ["half | low", "half | high", "whole | high"])
    assert.deepStrictEqual(made.variants[1]!.cell, { scale: "half", limit: "high" })
    assert.deepStrictEqual(made.seeds, [3, 5])
  })

  it("takes chosen cells and hands the pipeline what their labels stand for", () => {
    const seen: Array<unknown> = []
    Experiment.make("chosen", {
      ...base,
      axes,
      cells: [{ scale: "whole", limit: "high" }],
      pipeline: (cell) => {
        seen.push(cell)
        return prepared
      }
    })
    assert.deepStrictEqual(seen, [{ scale: 1, limit: 5 }])
  })

  it("puts reference rows before the grid and marks the baseline", () => {
    assert.deepStrictEqual(study.variants.map(({ name, role }) => [name, role]), [
      ["untrained", "reference"],
      ["low", "baseline"],
      ["high", "variant"]
    ])
    assert.deepStrictEqual(study.seeds, [0, 1])
  })

  it("refuses a baseline outside the grid, and reference rows without one policy for all", () => {
    const baseline = { scale: "half", limit: "low" } as const
    const exclude = [{ limit: "low" }] as const
    const pipeline = () => prepared
    assert.throws(
      () => Experiment.make("outside", { ...base, axes, baseline, exclude, pipeline }),
      InvalidExperiment,
      /baseline/
    )
    assert.throws(
      () => Experiment.make("many", { ...base, policy: () => base.policy, pipeline, references: { a: prepared } }),
      InvalidExperiment,
      /depends on the cell/
    )
  })
})
