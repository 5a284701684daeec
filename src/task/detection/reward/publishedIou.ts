import type { Corners } from "../../RawBoxes.ts"

/**
 * Intersection over union as the published weighted_sum computes it: the intersection's far corner is moved in by one
 * pixel for the test whether boxes meet, and out again for its area. So an overlap of at most one pixel in either
 * direction counts as none; otherwise it is the plain IoU. 0 where the union is 0 (there the published code throws and
 * catches).
 */
export const published = (a: Corners, b: Corners): number => {
  const width = Math.min(a[2] - 1, b[2] - 1) - Math.max(a[0], b[0])
  const height = Math.min(a[3] - 1, b[3] - 1) - Math.max(a[1], b[1])
  const shared = width > 0 && height > 0 ? (width + 1) * (height + 1) : 0
  const union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
  return union === 0 ? 0 : shared / union
}

/** Intersection over union, in [0, 1]; 0 for a box that is empty or turned inside out. */
export const plain = (a: Corners, b: Corners): number => {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
}
