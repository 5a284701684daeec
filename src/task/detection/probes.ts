/** Answers that rewards are examined on: fair ones, and ones with a fault each. */
import type { LabeledBox } from "../../vision/Box.ts"
import { answer, solution } from "./Question.ts"

export interface Probe {
  readonly name: string
  readonly completion: string
  readonly solution: string
}

type Row = readonly [label: string, x1: number, y1: number, x2: number, y2: number]

const boxesOf = (rows: ReadonlyArray<Row>): ReadonlyArray<LabeledBox> =>
  rows.map(([label, x1, y1, x2, y2]) => ({ label, box: { space: "resized", x1, y1, x2, y2 } }))

const probe = (name: string, said: ReadonlyArray<Row>, truth: ReadonlyArray<Row>): Probe => ({
  name,
  completion: `<think>I see some things.</think><answer>${answer(boxesOf(said))}</answer>`,
  solution: solution(["cat", "dog"], boxesOf(truth))
})

/** A picture of 500 x 250 pixels: a small and a large cat, and a dog. */
const truth: ReadonlyArray<Row> = [["cat", 102, 52, 152, 102], ["cat", 300, 40, 480, 220], ["dog", 20, 120, 120, 250]]

/** The same: the cats some pixels off (IoU 0.79 and 0.92), the dog exactly. */
const [small, large, dog]: readonly [Row, Row, Row] = [
  ["cat", 105, 55, 155, 105],
  ["cat", 304, 44, 484, 224],
  ["dog", 20, 120, 120, 250]
]

const stray: Row = ["cat", 200, 180, 250, 240]

/** Hand-made cases, all of one picture but the last, in which nothing is to be found. */
export const probes: ReadonlyArray<Probe> = [
  probe("all found", [small, large, dog], truth),
  probe("one missed", [large, dog], truth),
  probe("one too many", [stray, large, small, dog], truth),
  probe("one said twice", [large, large, dog], truth),
  probe("half wrong", [stray, dog], truth),
  probe("nothing there", [], [])
]
