/** Images with labelled boxes: what examples of other tasks are made of. */
import type { LabeledBox } from "../vision/Box.ts"
import type { AnyExample } from "./dataset.ts"

/** Of its objects, crowds are regions and nothing that can be meant or counted. */
export interface Annotated extends AnyExample {
  readonly objects: ReadonlyArray<LabeledBox<"original"> & { readonly crowd: boolean }>
  /** Labels that are known to be absent, where the data set names some. */
  readonly negatives?: ReadonlyArray<string>
}

/** The objects whose labels no crowd of the image has: where a crowd stands, nothing is alone and nothing can be counted. */
export const uncrowded = ({ objects }: Annotated): Annotated["objects"] => {
  const crowded = new Set(objects.filter(({ crowd }) => crowd).map(({ label }) => label))
  return objects.filter(({ label }) => !crowded.has(label))
}
