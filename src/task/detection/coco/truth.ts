/** What COCO's evaluation compares: true boxes and detections, as its files name them. */
import type { Id } from "./fields.ts"
import type { Rectangle } from "./Rectangle.ts"

export interface Annotation {
  readonly image_id: Id
  readonly category_id: Id
  readonly bbox: Rectangle
  readonly area: number
  /** 1 where the box marks a crowd: what it covers counts neither for nor against. */
  readonly iscrowd: number
}

/** The true boxes, as COCO's instances have them. */
export interface Truth {
  readonly images: ReadonlyArray<{ readonly id: Id }>
  readonly categories: ReadonlyArray<{ readonly id: Id; readonly name: string }>
  readonly annotations: ReadonlyArray<Annotation>
}

/** A detected box with its score, as COCO's results have it. */
export interface Detection {
  readonly image_id: Id
  readonly category_id: Id
  readonly bbox: Rectangle
  readonly score: number
}
