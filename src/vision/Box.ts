/**
 * Where a box's numbers live: pixels of the image file, pixels of the resized image that the model saw (Qwen2.5-VL speaks
 * these), or thousandths of width and height (Qwen3-VL). `convert` is the only way across.
 */
export type Space = "original" | "resized" | "thousand"

/** Corners of a box, x to the right and y down, with x1 <= x2 and y1 <= y2 unless a model said otherwise. */
export interface Box<out S extends Space = Space> {
  readonly space: S
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

export interface LabeledBox<out S extends Space = Space> {
  readonly label: string
  readonly box: Box<S>
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}
