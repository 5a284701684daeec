/** Examples of regions: an image, a box in it, and labels of which one names what stands there. */
import type { Box } from "../../vision/Box.ts"
import type { AnyExample } from "../dataset.ts"

/** An image, a box, and what stands in it. */
export interface Example extends AnyExample {
  readonly box: Box<"original">
  readonly label: string
  /** The labels to choose from, in the order in which they are asked. `label` is one of them. */
  readonly options: ReadonlyArray<string>
}
