/** How much of what is in an image. */
import type { Example } from "../../task/detection/example.ts"

/** Number of boxes of each positive label; crowd regions do not count. */
const boxCounts = ({ objects, positives }: Example): ReadonlyMap<string, number> => {
  const counts = new Map(positives.map((label) => [label, 0]))
  for (const { crowd, label } of objects) {
    const count = counts.get(label)
    if (!crowd && count !== undefined) counts.set(label, count + 1)
  }
  return counts
}

/** Number of boxes of all positive labels. */
const boxCount = (example: Example): number => [...boxCounts(example).values()].reduce((sum, count) => sum + count, 0)

/** Whether a label has at most `most` boxes in an image. */
export const isFew = (example: Example, most: number): (label: string) => boolean => {
  const counts = boxCounts(example)
  return (label) => (counts.get(label) ?? 0) <= most
}

/** Whether there is something to ask about an image, and at most `most` boxes in all. */
export const hasFew = (example: Example, most: number): boolean => boxCount(example) <= most && asks(example)

/** Whether there is something to ask about an image, and one box of each label. */
export const hasOneEach = (example: Example): boolean => asks(example) && [...boxCounts(example).values()].every((count) => count === 1)

/** Whether there is anything to ask about an image. */
export const asks = ({ negatives, positives }: Example): boolean => positives.length + negatives.length > 0
