/** Boxes, each in the space of its numbers, and how much two of them overlap. */

/**
 * Where a box's numbers live: pixels of the image file, pixels of the resized image that the model saw (Qwen2.5-VL speaks
 * these), or thousandths of width and height (Qwen3-VL). `convert` is the only way across.
 */
export type Space = "original" | "resized" | "thousand"

/** The spaces that models speak. */
export type Spoken = Exclude<Space, "original">

/** Corners of a box, x to the right and y down, with x1 <= x2 and y1 <= y2 unless a model said otherwise. */
export interface Box<out S extends Space = Space> {
  readonly space: S
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

/** A box and the label that it goes by. */
export interface LabeledBox<out S extends Space = Space> {
  readonly label: string
  readonly box: Box<S>
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Sizes that conversion between spaces needs: of the image file, and of the image as the model saw it. */
export interface Sizes {
  readonly original: Size
  readonly resized: Size
}

/** Area in squared units of its space; 0 for a box turned inside out. */
export const area = (box: Box): number => Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1)

/** Area that two rectangles share, by their corners; 0 where they do not meet. */
export const sharedArea = (
  ax1: number,
  ay1: number,
  ax2: number,
  ay2: number,
  bx1: number,
  by1: number,
  bx2: number,
  by2: number
): number => {
  const width = Math.min(ax2, bx2) - Math.max(ax1, bx1)
  if (!(width > 0)) return 0
  const height = Math.min(ay2, by2) - Math.max(ay1, by1)
  return height > 0 ? width * height : 0
}

/** Intersection over union from the shared area and the two areas, in [0, 1]; 0 when both are empty. */
export const ratio = (shared: number, areaA: number, areaB: number): number => {
  const union = areaA + areaB - shared
  return union > 0 ? shared / union : 0
}

/** Area that two boxes of one space share. */
export const intersection = <S extends Space>(a: Box<S>, b: Box<NoInfer<S>>): number =>
  sharedArea(a.x1, a.y1, a.x2, a.y2, b.x1, b.y1, b.x2, b.y2)

/** Intersection over union of two boxes of one space, in [0, 1]; 0 when both are empty. */
export const iou = <S extends Space>(a: Box<S>, b: Box<NoInfer<S>>): number => ratio(intersection(a, b), area(a), area(b))

/** The same place of the image in another space. Nothing is rounded or clipped. */
export const convert = <To extends Space>(box: Box, to: To, sizes: Sizes): Box<To> => {
  const source = extent(box.space, sizes)
  const target = extent(to, sizes)
  const x = target.width / source.width
  const y = target.height / source.height
  return { space: to, x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y }
}

const extent = (space: Space, sizes: Sizes): Size =>
  space === "thousand" ? { width: 1000, height: 1000 } : sizes[space]
