/** What a layout of COCO's kind has of its own: where a picture lies, and what may be asked about an image. */
import type { Id } from "../../task/detection/coco/fields.ts"
import type { Draft, ImageRow } from "../../task/detection/coco/images.ts"
import type { TrueObject } from "../../task/detection/example.ts"
import type { Problem } from "../../task/problem.ts"

/** The labels of a file. */
export interface Labels {
  /** Name of each category by its id; several ids may share a name. */
  readonly names: ReadonlyMap<Id, string>
  /** Place of each label in the order of the categories. */
  readonly order: ReadonlyMap<string, number>
}

/** What is asked about an image, or what is wrong with it as a whole. */
export type Asked =
  | {
    readonly positives: ReadonlyArray<string>
    readonly negatives: ReadonlyArray<string>
    /** Its objects, where they are others than the file says. */
    readonly objects?: ReadonlyArray<TrueObject>
  }
  | { readonly problem: Problem }

export interface Layout<Q> extends ImageRow<Q> {
  /** `question` is what `questionOf` made of the image's row. Asked when all rows of images have been read. */
  readonly ask: (image: Draft<Q>, question: Q, objects: ReadonlyArray<TrueObject>, labels: Labels) => Asked
}

/** The labels of objects, crowd regions apart, in the order of the categories. */
export const present = (objects: ReadonlyArray<TrueObject>, { order }: Pick<Labels, "order">): ReadonlyArray<string> =>
  [...new Set(objects.filter(({ crowd }) => !crowd).map(({ label }) => label))].sort((a, b) => order.get(a)! - order.get(b)!)
