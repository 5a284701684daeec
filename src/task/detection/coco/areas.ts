/** Matches of one category in each of COCO's area ranges, collected image by image. */
import * as Matching from "./Matching.ts"
import * as Rectangle from "./Rectangle.ts"
import type { CategoryResult } from "./Summary.ts"
import type { Annotation, Detection } from "./truth.ts"

/** COCO's area ranges in square pixels, both ends included: all, small, medium, large. */
const ranges = [[0, 1e10], [0, 32 ** 2], [32 ** 2, 96 ** 2], [96 ** 2, 1e10]] as const

/** How many detections of an image AR1, AR10 and AR100 look at. */
const recallLimits = [1, 10, 100] as const

const isOutside = (area: number, range: readonly [number, number]): boolean => area < range[0] || area > range[1]

let ious = new Float64Array(1024)

/** Collects one category's matches, image by image, in every area range; `capacity` bounds its detections. */
export const ofAreas = (capacity: number) => {
  const matched = ranges.map(() => new Uint16Array(capacity))
  const ignored = ranges.map(() => new Uint16Array(capacity))
  const positives = ranges.map(() => 0)
  /** True positives by threshold: of every area range at 100 detections, then of "all" at 1 and at 10. */
  const found = Array.from({ length: ranges.length + 2 }, () => new Float64Array(10))
  let count = 0

  const add = (truth: ReadonlyArray<Annotation>, detections: ReadonlyArray<Detection>): void => {
    const isCrowd = truth.map(({ iscrowd }) => iscrowd === 0 ? 0 : 1)
    if (ious.length < truth.length * detections.length) ious = new Float64Array(truth.length * detections.length * 2)
    for (let d = 0; d < detections.length; d++) {
      for (let g = 0; g < truth.length; g++) {
        const overlap = isCrowd[g] === 1 ? Rectangle.coverage : Rectangle.iou
        ious[d * truth.length + g] = overlap(detections[d]!.bbox, truth[g]!.bbox)
      }
    }
    for (let a = 0; a < ranges.length; a++) {
      const range = ranges[a]!
      if (truth.length > 0) matchIn(a, range, truth, isCrowd, detections.length)
      for (let d = 0; d < detections.length; d++) {
        if (isOutside(Rectangle.area(detections[d]!.bbox), range)) {
          ignored[a]![count + d] = ignored[a]![count + d]! | (Matching.everyThreshold & ~matched[a]![count + d]!)
        }
      }
    }
    if (truth.length > 0) tally(detections.length)
    count += detections.length
  }

  const matchIn = (
    a: number,
    range: readonly [number, number],
    truth: ReadonlyArray<Annotation>,
    isCrowd: ReadonlyArray<number>,
    detections: number
  ): void => {
    const counted: Array<number> = []
    const left: Array<number> = []
    const isIgnored = truth.map(({ area }, g) => isCrowd[g] === 1 || isOutside(area, range) ? 1 : 0)
    for (let g = 0; g < truth.length; g++) (isIgnored[g] === 0 ? counted : left).push(g)
    positives[a] = positives[a]! + counted.length
    if (detections === 0) return
    const order = counted.concat(left)
    Matching.match(ious, detections, truth.length, order, isIgnored, isCrowd, matched[a]!, ignored[a]!, count)
  }

  const tally = (detections: number): void => {
    for (let a = 0; a < ranges.length; a++) {
      for (let d = 0; d < detections; d++) {
        const right = matched[a]![count + d]! & ~ignored[a]![count + d]!
        if (right === 0) continue
        for (let t = 0; t < 10; t++) {
          if ((right & (1 << t)) === 0) continue
          found[a]![t]!++
          if (a === 0 && d < recallLimits[0]) found[ranges.length]![t]!++
          if (a === 0 && d < recallLimits[1]) found[ranges.length + 1]![t]!++
        }
      }
    }
  }

  /** `order` ranks the collected detections by falling score. */
  const finish = (order: Uint32Array): CategoryResult => {
    const recall = (tally: Float64Array, a: number) => Array.from(tally, (right) => right / positives[a]!)
    return {
      ap: ranges.map((_, a) =>
        positives[a] === 0 ? [] : Matching.thresholds.map((_, t) =>
          Matching.averagePrecision(matched[a]!, ignored[a]!, order, t, positives[a]!)
        )
      ),
      ar: [...found.keys()].map((row) => {
        const a = row < ranges.length ? row : 0
        return positives[a] === 0 ? [] : recall(found[row]!, a)
      })
    }
  }

  return { add, finish }
}
