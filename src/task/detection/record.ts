import type { SampleRecord } from "../../pipeline/run/Records.ts"
import type { Part } from "../reward.ts"
import { sampleOf } from "../../reward/score.ts"
import type { Group } from "../../rollout/Rollout.ts"
import type { Answered } from "./measure.ts"

/** Boxes of one answer that are kept with its sample; COCO counts no more of a label than these either. */
const boxesKept = 100

/** The record of one evaluated answer, its boxes in pixels of the image file. */
export const recordOf = (
  group: Group,
  { boxes, completion, example, labels }: Answered,
  rewards: ReadonlyArray<Part>,
  ordinal: number
): SampleRecord => ({
  ...sampleOf(group, completion, ordinal),
  rewards,
  boxes: [
    ...example.objects
      .filter(({ label }) => labels.includes(label))
      .map(({ box, label }) => ({ role: "true" as const, label, ...box })),
    ...boxes.slice(0, boxesKept).map(({ box, label }) => ({ role: "predicted" as const, label, ...box }))
  ]
})
