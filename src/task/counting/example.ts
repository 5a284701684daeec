/** Examples of counting: an image, a label, and how many objects of it there are. */
import type { AnyExample } from "../dataset.ts"

/** An image, a label, and how many objects of it there are. */
export interface Example extends AnyExample {
  readonly label: string
  readonly count: number
}
