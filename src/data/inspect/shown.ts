/** What any example of a data set shows: its boxes, and a line about it. For tables and pictures, whatever the task. */
import type { AnyExample } from "../../task/dataset.ts"
import type { Example, TrueObject } from "../../task/detection/example.ts"
import type { Example as ReferringExample } from "../../task/referring/example.ts"
import type { LabeledBox } from "../../vision/Box.ts"
import type { Exchange } from "../layouts/exchange.ts"

export const isDetection = (example: AnyExample): example is Example => "objects" in example && "positives" in example

export const isReferring = (example: AnyExample): example is ReferringExample => "expression" in example && "box" in example

export const isExchange = (example: AnyExample): example is Exchange => "question" in example && "answer" in example

/** The objects of detection; of referring the one box, by its expression; none else. */
export const boxesOf = (example: AnyExample): ReadonlyArray<LabeledBox<"original"> & Partial<TrueObject>> =>
  isDetection(example) ? example.objects : isReferring(example) ? [{ label: example.expression, box: example.box }] : []

export const captionOf = (example: AnyExample): string =>
  isExchange(example)
    ? `${example.id}: ${example.question} ${example.answer}`
    : isReferring(example)
    ? `${example.id}: ${example.expression}`
    : isDetection(example) && example.negatives.length > 0
    ? `${example.id}, absent: ${example.negatives.slice(0, 5).join(", ")}`
    : example.id
