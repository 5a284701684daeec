/** Examples of referring: an image, an expression that means one thing in it, and where that is. */
import type { Box } from "../../vision/Box.ts"
import type { AnyExample } from "../dataset.ts"

/** An image, an expression, and the box of what it means. */
export interface Example extends AnyExample {
  readonly expression: string
  readonly box: Box<"original">
}
