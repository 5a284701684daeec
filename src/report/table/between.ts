/** Differences between any two places of a table, not only to its baseline and reference. */
import * as Metric from "../../pipeline/declare/Metric.ts"
import type { Final } from "../../store/index.ts"
import { ofPairs } from "../statistics.ts"
import { type Difference, differenceOf } from "./differences.ts"
import { finite, pairsOf } from "./pairs.ts"

/** A row and one of its metrics, by its whole name: `detection/mAP`. */
export interface Place {
  readonly row: string
  readonly metric: string
}

/**
 * First minus second, paired by seed, from the last values of an experiment's runs (`Workspace.finals`); undefined where no
 * seed has both. Nothing is corrected for other comparisons: `corrected` does. `looks` as in `Table`.
 */
export const between = (finals: ReadonlyArray<Final>, first: Place, second: Place, looks: number): Difference | undefined => {
  const at = ({ metric, row }: Place) => finals.filter((one) => one.variant === row && Metric.fullName(one) === metric)
  const { ci95, n, sd, ...more } = ofPairs(finite(pairsOf(at(first), at(second))))
  return n === 0 ? undefined : differenceOf({ ...more, n, sd: n < 2 ? null : sd, ci95: n < 2 ? null : ci95 }, looks)
}
