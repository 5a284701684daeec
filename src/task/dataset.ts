/** Data sets: examples of one task, as rows. */
import type { Json } from "../pipeline/json.ts"
import type { Rows } from "../pipeline/Rows.ts"
import type { Size } from "../vision/Box.ts"

/** What every example has, whatever its task: an image, and an id of its own in its data set. */
export interface AnyExample {
  readonly id: string
  /** Size in pixels of the image file. */
  readonly image: Size & { readonly path: string }
  /** What else its row carries, for rewards that look at it; by name. */
  readonly columns?: { readonly [name: string]: Json }
}

/** Examples of one task, with the labels that they may have. */
export interface Dataset<out E extends AnyExample = AnyExample> {
  readonly name: string
  /** Every label of the data set, in its own order; none for a task without labels. */
  readonly categories: ReadonlyArray<string>
  readonly examples: Rows<E>
  /** Examples left out by a reader that was asked to skip bad ones. */
  readonly skipped: number
}
