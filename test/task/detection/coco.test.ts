import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Coco from "../../../src/task/detection/coco/Coco.ts"
import { suppress } from "../../../src/task/detection/coco/suppress.ts"

interface Golden {
  readonly groundTruth: Coco.Truth
  readonly detections: ReadonlyArray<Coco.Detection>
  readonly stats: ReadonlyArray<number>
  readonly perCategoryAp: { readonly [id: string]: number }
  readonly nmsApStats: ReadonlyArray<number>
  readonly keptAfterNms: number
}

const golden: ReadonlyArray<Golden> = JSON.parse(
  readFileSync(new URL("../../golden/coco-eval.json", import.meta.url), "utf8")
)

const agree = (found: ReadonlyArray<number>, expected: ReadonlyArray<number>): void => {
  assert.strictEqual(found.length, expected.length)
  expected.forEach((value, i) => assert.approximately(found[i]!, value, 1e-9, `number ${i}`))
}

describe("agreement with pycocotools and OVDEval", () => {
  it.each(golden.map((set, i) => [i, set] as const))("data set %i", (_, set) => {
    const { perCategory, stats } = Coco.evaluate(set.groundTruth, set.detections)
    agree(stats, set.stats)
    assert.deepStrictEqual(perCategory.map(({ id }) => String(id)), Object.keys(set.perCategoryAp))
    agree(perCategory.map(({ ap }) => ap), Object.values(set.perCategoryAp))
    const kept = suppress(set.groundTruth, set.detections)
    assert.strictEqual(kept.length, set.keptAfterNms)
    agree(Coco.evaluate(set.groundTruth, kept).stats, set.nmsApStats)
  })
})

const annotation = (bbox: Coco.Rectangle, more: Partial<Coco.Truth["annotations"][number]> = {}) => ({
  image_id: 1,
  category_id: 1,
  bbox,
  area: bbox[2] * bbox[3],
  iscrowd: 0,
  ...more
})
const truthOf = (...annotations: Coco.Truth["annotations"]): Coco.Truth => ({
  images: [{ id: 1 }, { id: 2 }],
  categories: [{ id: 1, name: "cat" }, { id: 2, name: "dog" }],
  annotations
})
const detection = (bbox: Coco.Rectangle, score = 1, more: Partial<Coco.Detection> = {}): Coco.Detection => ({
  image_id: 1,
  category_id: 1,
  bbox,
  score,
  ...more
})
const apOf = (truth: Coco.Truth, ...detections: ReadonlyArray<Coco.Detection>) =>
  Coco.evaluate(truth, detections).stats[0]!

const here: Coco.Rectangle = [0, 0, 40, 40]
const elsewhere: Coco.Rectangle = [100, 100, 40, 40]

describe("COCO evaluation", () => {
  it("is perfect for the truth itself, and -1 where there is no truth", () => {
    const { perCategory, stats } = Coco.evaluate(truthOf(annotation(here)), [detection(here)])
    agree(stats, [1, 1, 1, -1, 1, -1, 1, 1, 1, -1, 1, -1])
    assert.deepStrictEqual(perCategory.map(({ ap, name }) => [name, Math.round(ap)]), [["cat", 1], ["dog", -1]])
    agree(Coco.evaluate(truthOf(), []).stats, Array(12).fill(-1))
  })

  it("ranks equal scores by their order", () => {
    const truth = truthOf(annotation(here))
    assert.approximately(apOf(truth, detection(here), detection(elsewhere)), 1, 1e-9)
    assert.approximately(apOf(truth, detection(elsewhere), detection(here)), 0.5, 1e-9)
    assert.approximately(apOf(truth, detection(elsewhere, 0.5), detection(here, 0.6)), 1, 1e-9)
  })

  it("lets a crowd take any number of detections, for nothing and against nothing", () => {
    const truth = truthOf(annotation(here), annotation([100, 100, 200, 200], { iscrowd: 1 }))
    assert.approximately(apOf(truth, detection(elsewhere), detection([150, 150, 9, 9]), detection(here)), 1, 1e-9)
  })

  it("looks at 100 detections of a category in an image", () => {
    const truth = truthOf(annotation(here))
    const wrong = Array.from({ length: 100 }, () => detection(elsewhere))
    assert.strictEqual(apOf(truth, ...wrong, detection(here)), 0)
    assert.isAbove(apOf(truth, ...wrong.slice(1), detection(here)), 0)
  })

  it("passes over images and categories that the truth does not list, and takes an id of 0 like any other", () => {
    const truth = truthOf(annotation(here, { id: 0 } as object))
    const strangers = [detection(elsewhere, 1, { image_id: 9 }), detection(elsewhere, 1, { category_id: 9 })]
    assert.approximately(apOf(truth, ...strangers, detection(here)), 1, 1e-9)
  })
})

describe("OVDEval's suppression", () => {
  it("keeps the best of all labels on one true box, of equals the last, and what meets no truth", () => {
    const detections = [
      detection(here, 0.5),
      detection(here, 0.9),
      detection(here, 0.9, { category_id: 2 }),
      detection(elsewhere, 0.1)
    ]
    assert.deepStrictEqual(suppress(truthOf(annotation(here)), detections), detections.slice(2))
  })
})
