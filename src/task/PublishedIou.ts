/** Overlap of the boxes of an answer: plain, and as the published code has it. */
import { ratio, sharedArea } from "../vision/Box.ts"
import type { Corners } from "./RawBoxes.ts"

/**
 * Intersection over union as the published weighted_sum and the published evaluation of referring compute it: the
 * intersection's far corner is moved in by one pixel for the test whether boxes meet, and out again for its area. So an
 * overlap of at most one pixel in either direction counts as none; otherwise it is the plain IoU. 0 where the union is 0
 * (there the published code throws and catches).
 */
export const published = (a: Corners, b: Corners): number => {
  const width = Math.min(a[2] - 1, b[2] - 1) - Math.max(a[0], b[0])
  const height = Math.min(a[3] - 1, b[3] - 1) - Math.max(a[1], b[1])
  const shared = width > 0 && height > 0 ? (width + 1) * (height + 1) : 0
  const union = area(a) + area(b) - shared
  return union === 0 ? 0 : shared / union
}

const area = (box: Corners): number => (box[2] - box[0]) * (box[3] - box[1])

/** Intersection over union, in [0, 1]; 0 for a box that is empty or turned inside out. */
export const plain = (a: Corners, b: Corners): number => {
  const shared = sharedArea(a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3])
  return shared > 0 ? ratio(shared, area(a), area(b)) : 0
}
