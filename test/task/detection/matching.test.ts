import { assert, describe, it } from "@effect/vitest"
import type { TrueObject } from "../../../src/task/detection/example.ts"
import * as Matching from "../../../src/task/detection/Matching.ts"
import type { LabeledBox } from "../../../src/vision/Box.ts"

const said = (label: string, x1: number, y1: number, x2: number, y2: number): LabeledBox<"original"> => ({
  label,
  box: { space: "original", x1, y1, x2, y2 }
})
const object = (box: LabeledBox<"original">, crowd = false): TrueObject => ({ ...box, area: 1, crowd })

describe("greedy precision and recall", () => {
  it("matches boxes of one label with IoU of at least 0.5", () => {
    const truth = [object(said("cat", 0, 0, 10, 10)), object(said("dog", 20, 0, 30, 10))]
    const counts = Matching.ofImage(truth, [
      said("cat", 0, 0, 10, 5),
      said("cat", 20, 0, 30, 10),
      said("dog", 20, 0, 30, 4)
    ])
    assert.deepStrictEqual(counts, { matched: 1, truths: 2, predictions: 3, iou: 0.5 })
  })

  it("does not count what lies in a crowd", () => {
    const truth = [object(said("cat", 0, 0, 10, 10)), object(said("cat", 50, 50, 90, 90), true)]
    const counts = Matching.ofImage(truth, [said("cat", 0, 0, 10, 10), said("cat", 60, 60, 65, 65)])
    assert.deepStrictEqual(counts, { matched: 1, truths: 1, predictions: 1, iou: 1 })
  })

  it("adds up over images before dividing, and divides nothing by nothing as 0", () => {
    const images = [
      { matched: 1, truths: 1, predictions: 1, iou: 0.8 },
      { matched: 1, truths: 4, predictions: 3, iou: 0.7 }
    ]
    assert.deepStrictEqual(Matching.overall(images), { precision: 0.5, recall: 0.4, f1: 4 / 9, meanIoU: 0.3 })
    assert.deepStrictEqual(Matching.overall([]), { precision: 0, recall: 0, f1: 0, meanIoU: 0 })
  })
})
