/** Why a stage of a plan is in the state it is in. */
import * as Fingerprint from "../pipeline/plan/Fingerprint.ts"
import type { Plan, PlannedStage } from "../pipeline/plan/Plan.ts"

/** Pre-image of the stage that stood at a place of a run before, by the place. */
export type Before = ReadonlyMap<string, string>

export const placeOf = (variant: string, seed: number, position: number): string => JSON.stringify([variant, seed, position])

const reason = (stage: PlannedStage, before: string | undefined): string => {
  switch (stage.status._tag) {
    case "finished":
      return "with this code, config and data"
    case "resumes":
      return `from its checkpoint after step ${stage.status.step + 1}`
    case "shared":
      return `with ${stage.status.variant} · seed ${stage.status.seed}`
    case "runs": {
      if (stage.forced) return "as --force asks"
      if (before === undefined) return "for the first time"
      const difference = Fingerprint.firstDifference(before, stage.preimage)
      return difference === undefined
        ? "as it did not finish, or its files are gone"
        : `since ${difference.path} changed`
    }
  }
}

/** The reasons of every stage of every run, in the order of the plan. */
export const reasons = (plan: Plan, before: Before): ReadonlyArray<ReadonlyArray<string>> =>
  plan.runs.map(({ record: { seed, variant }, stages }) =>
    stages.map((stage, position) => reason(stage, before.get(placeOf(variant, seed, position)))))
