/** What tells the code of two runs apart, stage by stage, in words; config and seeds are told elsewhere. */
import * as Effect from "effect/Effect"
import { betweenStages, type Change } from "../../pipeline/plan/changes.ts"
import { open, type runById } from "../read.ts"
import type { Workspace } from "../workspace.ts"
import { notedCodes } from "./notedCodes.ts"
import * as Words from "./Words.ts"

type Run = Effect.Success<ReturnType<typeof runById>>

/** What tells the code of a stage in two runs apart. */
export interface CodeDifference {
  readonly label: string
  readonly words: ReadonlyArray<string>
}

const isOfCode = ({ what }: Change): boolean => what !== "config" && what !== "seed"

/** Stages whose code, packages, nodes or content differ, in the order of the first run. The second may be of another workspace. */
export const codeDifference = Effect.fnUntraced(function*(workspace: Workspace, left: Run, right: Run, other = workspace) {
  const handles = yield* Effect.forEach(other === workspace ? [workspace] : [workspace, other], open)
  const pairs = left.stages.flatMap((stage) => {
    const other = right.stages.find(({ label }) => label === stage.label)
    return other === undefined ? [] : [{ label: stage.label, changes: betweenStages(stage.preimage, other.preimage, stage.label).filter(isOfCode) }]
  })
  return yield* Effect.forEach(pairs.filter(({ changes }) => changes.length > 0), ({ changes, label }) =>
    Effect.map(notedCodes(handles, changes), (codes): CodeDifference => ({ label, words: Words.each(changes, codes) })))
}, Effect.scoped)
