/** Questions as files word them, with their answers: what examples of a task may be made of. */
import type { Box } from "../vision/Box.ts"
import type { AnyExample } from "./dataset.ts"
import { isOutside } from "./detection/coco/annotations.ts"

/** A question about one image with its answer, as `Data.conversations` reads it; boxes in the answer are in pixels of the image file. */
export interface Asked extends AnyExample {
  /** Name of the task, where the data set says it. */
  readonly task?: string
  readonly question: string
  readonly answer: string
}

/** Whether a question may be one of a task: by its name, where it has one. */
export const isOf = (name: string, { task = name }: Asked): boolean => task === name

/** Whether a box has an inside, which lies in the image. */
export const isIn = ({ height, width }: AnyExample["image"], { x1, x2, y1, y2 }: Box): boolean =>
  x1 < x2 && y1 < y2 && !isOutside(x1, x2 - x1, width) && !isOutside(y1, y2 - y1, height)
