/** Examples of detection: images with labelled boxes. */
import type { LabeledBox } from "../../vision/Box.ts"
import type { AnyExample } from "../dataset.ts"

/** One true object. `area` in original pixels (COCO's `area` field); a crowd box marks a region, not one object. */
export interface TrueObject extends LabeledBox<"original"> {
  readonly area: number
  readonly crowd: boolean
}

/** One image, what is in it, and what may be asked about it. */
export interface Example extends AnyExample {
  readonly objects: ReadonlyArray<TrueObject>
  /** Labels present and to be asked for. */
  readonly positives: ReadonlyArray<string>
  /** Hard negatives: labels asked for although absent (OVDEval's `neg_text`). */
  readonly negatives: ReadonlyArray<string>
}
