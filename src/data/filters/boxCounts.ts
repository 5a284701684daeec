/** How much of what is in an image. */
import type { Example } from "../../task/detection/example.ts"

/** Number of boxes of each positive label; crowd regions do not count. */
export const boxCounts = ({ objects, positives }: Example): ReadonlyMap<string, number> => {
  const counts = new Map(positives.map((label) => [label, 0]))
  for (const { crowd, label } of objects) {
    const count = counts.get(label)
    if (!crowd && count !== undefined) counts.set(label, count + 1)
  }
  return counts
}

/** Number of boxes of all positive labels. */
export const boxCount = (example: Example): number => [...boxCounts(example).values()].reduce((sum, count) => sum + count, 0)

/** Whether there is anything to ask about an image. */
export const asks = ({ negatives, positives }: Example): boolean => positives.length + negatives.length > 0
