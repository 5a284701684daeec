import type { Example } from "../../src/task/detection/example.ts"

/** An image of 200 x 100 pixels. */
export const example = (
  objects: ReadonlyArray<readonly [label: string, x1: number, y1: number, x2: number, y2: number, crowd?: boolean]>,
  negatives: ReadonlyArray<string> = []
): Example => ({
  id: "17",
  image: { path: "17.png", width: 200, height: 100 },
  objects: objects.map(([label, x1, y1, x2, y2, crowd = false]) => ({
    label,
    box: { space: "original", x1, y1, x2, y2 },
    area: (x2 - x1) * (y2 - y1),
    crowd
  })),
  positives: [...new Set(objects.map(([label]) => label))],
  negatives
})
