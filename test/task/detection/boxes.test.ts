/** How many boxes an answer holds, and how many say again what was said. */
import { assert, describe, it } from "@effect/vitest"
import * as Boxes from "../../../src/task/detection/Boxes.ts"
import type { LabeledBox } from "../../../src/vision/Box.ts"

const box = (label: string, x1: number, x2 = x1 + 100): LabeledBox<"original"> =>
  ({ label, box: { space: "original", x1, y1: 0, x2, y2: 100 } })

const object = (label: string, crowd = false) => ({ ...box(label, 0), area: 10_000, crowd })

describe("duplicates", () => {
  it("are the later boxes of one label at one place, by an IoU above 0.9", () => {
    assert.strictEqual(Boxes.duplicates([]), 0)
    assert.strictEqual(Boxes.duplicates([box("cat", 0), box("cat", 0), box("cat", 0)]), 2)
    assert.strictEqual(Boxes.duplicates([box("cat", 0), box("dog", 0)]), 0)
    assert.strictEqual(Boxes.duplicates([box("cat", 0), box("cat", 0, 91)]), 1)
    assert.strictEqual(Boxes.duplicates([box("cat", 0), box("cat", 0, 90)]), 0, "0.9 itself is not above it")
    // each is like its neighbour, and the third unlike the first, which alone was kept
    assert.strictEqual(Boxes.duplicates([box("cat", 0), box("cat", 4), box("cat", 8)]), 1)
  })

  it("count the same however the boxes of different labels stand among each other", () => {
    const [cats, dogs] = [[box("cat", 0), box("cat", 1)], [box("dog", 0), box("dog", 50), box("dog", 0)]]
    assert.strictEqual(Boxes.duplicates([...cats, ...dogs]), 2)
    assert.strictEqual(Boxes.duplicates([dogs[0]!, cats[0]!, dogs[1]!, cats[1]!, dogs[2]!]), 2)
  })
})

describe("statistics of boxes", () => {
  const measured = (...answers: ReadonlyArray<Boxes.Answer>) => Object.fromEntries(Boxes.measure(answers))

  it("show an answer that is padded with copies of a good box", () => {
    const honest = { said: [box("cat", 0)], objects: [object("cat")] }
    const padded = { said: Array.from({ length: 20 }, () => box("cat", 0)), objects: [object("cat")] }
    assert.deepStrictEqual(measured(honest), { predictedBoxes: 1, boxRatio: 1, duplicateShare: 0 })
    assert.deepStrictEqual(measured(padded), { predictedBoxes: 20, boxRatio: 20, duplicateShare: 0.95 })
  })

  it("are over all images together, crowds apart", () => {
    assert.deepStrictEqual(
      measured(
        { said: [box("cat", 0), box("cat", 0), box("cat", 200)], objects: [object("cat"), object("cat", true)] },
        { said: [], objects: [object("dog")] }
      ),
      { predictedBoxes: 1.5, boxRatio: 1.5, duplicateShare: 1 / 3 }
    )
    assert.deepStrictEqual(measured({ said: [], objects: [] }), { predictedBoxes: 0, duplicateShare: 0 })
  })
})
