/** COCO's IoU thresholds 0.50, 0.55 ... 0.95, with the rounding of numpy's `linspace`. */
export const thresholds: ReadonlyArray<number> = Array.from(
  { length: 10 },
  (_, i) => i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5
)

/** COCO's 101 recall points 0, 0.01 ... 1, likewise. */
const recallPoints = Float64Array.from({ length: 101 }, (_, i) => i === 100 ? 1 : i * 0.01)

const cappedThresholds = Float64Array.from(thresholds, (threshold) => Math.min(threshold, 1 - 1e-10))
const epsilon = 2 ** -52

/** All ten thresholds, one bit each. */
export const everyThreshold = (1 << 10) - 1

let taken = new Uint16Array(64)

/**
 * COCO's matching of the detections of one category in one image, at all ten thresholds at once.
 *
 * Detections come best first; each takes the free true box of the largest IoU (ties: the later box), preferring counted
 * boxes to ignored ones; a crowd box may be taken again and again. `matched[d]` and `ignored[d]` get one bit a
 * threshold.
 *
 * `order` lists the true boxes, counted ones first; `ious` is row-major, detections x truths.
 * Source: pycocotools, `COCOeval.evaluateImg`.
 */
export const match = (
  ious: Float64Array,
  detections: number,
  truths: number,
  order: ArrayLike<number>,
  isIgnored: ArrayLike<number>,
  isCrowd: ArrayLike<number>,
  matched: Uint16Array,
  ignored: Uint16Array,
  offset: number
): void => {
  if (taken.length < truths) taken = new Uint16Array(truths * 2)
  taken.fill(0, 0, truths)
  for (let d = 0; d < detections; d++) {
    let best = 0
    const row = d * truths
    for (let g = 0; g < truths; g++) if (ious[row + g]! > best) best = ious[row + g]!
    let matchedBits = 0
    let ignoredBits = 0
    for (let t = 0; t < 10 && best >= cappedThresholds[t]!; t++) {
      const bit = 1 << t
      let overlap = cappedThresholds[t]!
      let found = -1
      for (let i = 0; i < truths; i++) {
        const g = order[i]!
        if ((taken[g]! & bit) !== 0 && isCrowd[g] === 0) continue
        if (found >= 0 && isIgnored[found] === 0 && isIgnored[g] !== 0) break
        if (ious[row + g]! < overlap) continue
        overlap = ious[row + g]!
        found = g
      }
      if (found < 0) continue
      taken[found] = taken[found]! | bit
      matchedBits |= bit
      if (isIgnored[found] !== 0) ignoredBits |= bit
    }
    matched[offset + d] = matchedBits
    ignored[offset + d] = ignoredBits
  }
}

/** How many recall points are at most `recall`. */
const pointsUpTo = (recall: number): number => {
  let count = Math.min(101, Math.floor(recall * 100) + 1)
  while (count < 101 && recallPoints[count]! <= recall) count++
  while (count > 0 && recallPoints[count - 1]! > recall) count--
  return count
}

let precision = new Float64Array(256)

/**
 * Average precision at one threshold: precision at 101 recall points, each the best at that recall or beyond; in [0,
 * 1].
 *
 * `order` lists the detections by falling score, `positives` (> 0) is the number of counted true boxes.
 * Source: pycocotools, `COCOeval.accumulate`.
 */
export const averagePrecision = (
  matched: Uint16Array,
  ignored: Uint16Array,
  order: Uint32Array,
  threshold: number,
  positives: number
): number => {
  const bit = 1 << threshold
  if (precision.length < positives) precision = new Float64Array(positives * 2)
  let right = 0
  let wrong = 0
  for (let i = 0; i < order.length; i++) {
    const d = order[i]!
    if ((ignored[d]! & bit) !== 0) continue
    if ((matched[d]! & bit) === 0) wrong++
    else {
      right++
      precision[right - 1] = right / (wrong + right + epsilon)
    }
  }
  // Precision only peaks at true positives, and the recall points between two of them see the later one.
  let sum = 0
  let best = 0
  let upper = pointsUpTo(right / positives)
  for (let count = right; count > 0; count--) {
    if (precision[count - 1]! > best) best = precision[count - 1]!
    const lower = count === 1 ? 0 : pointsUpTo((count - 1) / positives)
    sum += best * (upper - lower)
    upper = lower
  }
  return sum / 101
}
