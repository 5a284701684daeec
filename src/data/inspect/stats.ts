/** What a data set holds, in numbers, added up example by example. */
import type { AnyExample } from "../../task/dataset.ts"
import { area } from "../../vision/Box.ts"
import { boxesOf, isDetection, isExchange, isReferring } from "./shown.ts"

/** How often each of some values occurs. */
export type Histogram = ReadonlyArray<readonly [value: string, count: number]>

export interface Stats {
  readonly examples: number
  /** Different files among the pictures. */
  readonly pictures: number
  /** Crowd regions apart. */
  readonly boxes: number
  readonly crowds: number
  /** Boxes of less than 32 x 32, of up to 96 x 96 and of more pixels, as COCO divides them by area. */
  readonly small: number
  readonly medium: number
  readonly large: number
  /** Labels asked about that are there, and that are not. */
  readonly positives: number
  readonly negatives: number
  /** Sizes of pictures in pixels, the most frequent first. */
  readonly sizes: Histogram
  /** Boxes an example, by number. */
  readonly boxesPerExample: Histogram
  /** Boxes a label; of questions, answers; of referring, words an expression. The most frequent first. */
  readonly labels: Histogram
  /** What `labels` counts. */
  readonly counted: "boxes a label" | "answers" | "words an expression"
}

const increment = (counts: Map<string, number>, value: string): void => void counts.set(value, (counts.get(value) ?? 0) + 1)

const frequentFirst = (counts: Map<string, number>): Histogram => [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))

const byNumber = (counts: Map<string, number>): Histogram => [...counts].sort((a, b) => Number(a[0]) - Number(b[0]))

/** Adds examples up. Memory grows with the number of pictures, labels and sizes, not with that of boxes. */
export const summarise = () => {
  const [pictures, sizes, perExample, labels] = [new Set<string>(), new Map(), new Map(), new Map()] as [
    Set<string>,
    Map<string, number>,
    Map<string, number>,
    Map<string, number>
  ]
  const sums = { examples: 0, boxes: 0, crowds: 0, small: 0, medium: 0, large: 0, positives: 0, negatives: 0 }
  let counted: Stats["counted"] = "boxes a label"

  const add = (example: AnyExample): void => {
    sums.examples++
    const { height, path, width } = example.image
    if (!pictures.has(path)) increment(sizes, `${width} x ${height}`)
    pictures.add(path)
    let boxes = 0
    for (const { area: given, box, crowd, label } of boxesOf(example)) {
      if (crowd === true) {
        sums.crowds++
        continue
      }
      boxes++
      const pixels = given ?? area(box)
      sums[pixels < 32 ** 2 ? "small" : pixels <= 96 ** 2 ? "medium" : "large"]++
      if (isDetection(example)) increment(labels, label)
    }
    sums.boxes += boxes
    increment(perExample, String(boxes))
    if (isDetection(example)) {
      sums.positives += example.positives.length
      sums.negatives += example.negatives.length
    } else if (isReferring(example)) {
      counted = "words an expression"
      increment(labels, String(example.expression.trim().split(/\s+/).length))
    } else if (isExchange(example)) {
      counted = "answers"
      increment(labels, example.answer.length > 40 ? `${example.answer.slice(0, 40)}...` : example.answer)
    }
  }
  const result = (): Stats => ({
    ...sums,
    pictures: pictures.size,
    sizes: frequentFirst(sizes),
    boxesPerExample: byNumber(perExample),
    labels: counted === "words an expression" ? byNumber(labels) : frequentFirst(labels),
    counted
  })
  return { add, result }
}
