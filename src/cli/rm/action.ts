/** Removes an experiment, or says what it would remove. */
import * as Effect from "effect/Effect"
import * as Workspace from "../../workspace/Reading.ts"
import { print } from "../output.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly experiment: string
  readonly db: string
  readonly yes: boolean
}

export const rm = Effect.fn("rm")(function*({ db, experiment, yes }: Options) {
  const workspace = Workspace.at(db)
  const runs = yield* yes ? Workspace.removeExperiment(workspace, experiment) : Workspace.runsOf(workspace, experiment)
  const what = `${visible(experiment)} with ${runs} ${runs === 1 ? "run" : "runs"}`
  yield* print(
    yes
      ? `Removed ${what}. \`assay gc\` says what of it no other run uses.`
      : `${what} would be removed from ${db}. \`--yes\` does it.`
  )
})
