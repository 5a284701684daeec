import type { LabeledBox, Size } from "../../vision/Box.ts"

/** One true object. `area` in original pixels (COCO's `area` field); a crowd box marks a region, not one object. */
export interface TrueObject extends LabeledBox<"original"> {
  readonly area: number
  readonly crowd: boolean
}

/** One image, what is in it, and what may be asked about it. */
export interface Example {
  readonly id: string
  readonly image: Size & { readonly path: string }
  readonly objects: ReadonlyArray<TrueObject>
  /** Labels present and to be asked for. */
  readonly positives: ReadonlyArray<string>
  /** Hard negatives: labels asked for although absent (OVDEval's `neg_text`). */
  readonly negatives: ReadonlyArray<string>
}

export interface Dataset {
  readonly name: string
  /** Every label of the data set, in its own order. */
  readonly categories: ReadonlyArray<string>
  readonly examples: ReadonlyArray<Example>
  /** Examples left out by a reader that was asked to skip bad ones. */
  readonly skipped: number
}
