import { student95 } from "../../../src/pipeline/student.ts"
import * as Table from "../../../src/report/table/Table.ts"

/** The metrics of an evaluation, as it declares them. */
const declared: { readonly [name: string]: { readonly unit: string; readonly better: "higher" | "neither"; readonly counts: string } } = {
  mAP: { unit: "%", better: "higher", counts: "image" },
  formatRate: { unit: "share", better: "higher", counts: "completion" },
  evaluationSize: { unit: "count", better: "neither", counts: "image" }
}

export const measured = (variant: string, name: string, mean: number, ci95: number | null, n = 3): Table.Source["ablation"][number] => ({
  variant,
  scope: "detection",
  name,
  ...(declared[name] ?? { unit: "", better: "neither", counts: "" }),
  n,
  mean,
  sd: ci95 === null ? null : ci95 / 2,
  ci95
})

/** Three pairs whose differences have this mean and interval. */
export const difference = (variant: string, name: string, delta: number, ci95: number) => ({
  variant,
  scope: "detection",
  name,
  n: 3,
  delta,
  sd: ci95 * Math.sqrt(3) / student95(2),
  ci95,
  wins: delta > 0 ? 3 : 0,
  separated: Math.abs(delta) > ci95
})

/** A small experiment whose rows stand in the order that a user would not want printed. */
export const source: Table.Source = {
  name: "demo",
  question: "Which one?",
  table: {
    rows: "reward",
    metrics: [{ title: "mAP", scope: "detection", name: "mAP" }, { title: "formatRate", scope: "detection", name: "formatRate" }],
    published: { AP: [27.4, null], "weighted_sum, cosine": [29.3, 0.5] }
  },
  variants: [
    { name: "AP", role: "baseline", cell: { reward: "AP" } },
    { name: "weighted_sum, cosine", role: "variant", cell: { reward: "weighted_sum, cosine" } },
    { name: "base model", role: "reference", cell: {} }
  ],
  ablation: [
    measured("AP", "mAP", 41, 1.25),
    measured("AP", "formatRate", 0.75, 0.0125),
    measured("weighted_sum, cosine", "mAP", 43.5, 2),
    measured("weighted_sum, cosine", "formatRate", 0.74, 0.02),
    measured("base model", "mAP", 37.125, null, 1),
    measured("base model", "evaluationSize", 200, null, 1)
  ],
  paired: [
    difference("weighted_sum, cosine", "mAP", 2.5, 1.5),
    difference("weighted_sum, cosine", "formatRate", -0.01, 0.03)
  ],
  gain: [difference("AP", "mAP", 3.875, 1.25), difference("weighted_sum, cosine", "mAP", 6.375, 2)],
  settings: [],
  missing: []
}

export const table = Table.make(source)
