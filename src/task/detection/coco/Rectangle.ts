/** COCO's rectangles, and how much two of them overlap. */
import { ratio, sharedArea } from "../../../vision/Box.ts"

/** x and y of the top left corner, width, height, in pixels of the image file. */
export type Rectangle = readonly [x: number, y: number, width: number, height: number]

export const area = (box: Rectangle): number => box[2] * box[3]

const shared = (a: Rectangle, b: Rectangle): number =>
  sharedArea(a[0], a[1], a[0] + a[2], a[1] + a[3], b[0], b[1], b[0] + b[2], b[1] + b[3])

/** Intersection over union, in [0, 1]. */
export const iou = (a: Rectangle, b: Rectangle): number => ratio(shared(a, b), area(a), area(b))

/** The share of a rectangle that lies in a crowd's, in [0, 1]. */
export const coverage = (box: Rectangle, crowd: Rectangle): number => {
  const covered = shared(box, crowd)
  return covered > 0 ? covered / area(box) : 0
}
