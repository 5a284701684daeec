/** Says how many numbers of an experiment were recomputed, which differ, and what could not be. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exits } from "../../pipeline/Errors.ts"
import { compareTable } from "../../report/table/recompute.ts"
import * as Workspace from "../../workspace/index.ts"
import { Failure, invalid } from "../failure.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly experiment: string
  readonly file: Option.Option<string>
  readonly db: string
  readonly json: boolean
}

type Result = ReturnType<Workspace.Tally["result"]>

const count = (number: number): string => number.toLocaleString("en-US")

const leftLines = (left: Result["left"]): ReadonlyArray<string> =>
  left.length === 0 ? [] : ["", "Not recomputed:", grid(left.map(({ numbers, what, why }) => ["", what, count(numbers), why]), [2])]

const mismatch = ({ compared, differing, mismatches: [first] }: Result): Failure =>
  new Failure({
    exitCode: exits.mismatch,
    message: `${count(differing)} of ${count(compared)} numbers differ. The first: ${first!.place} is stored as ` +
      `${JSON.stringify(first!.stored)} and comes out as ${JSON.stringify(first!.again)}. ` +
      "Either the database was altered, or the code or the data has changed since the study ran."
  })

export const verify = Effect.fn("verify")(function*({ db, experiment, file, json }: Options) {
  const workspace = Workspace.at(db)
  const tally = Workspace.tally()
  const source = yield* Workspace.tableSource(workspace, experiment)
  const { completions, evaluations, finals, steps } = yield* Workspace.verify(workspace, experiment, tally, Option.getOrUndefined(file))
  compareTable(source, finals, tally)
  const result = tally.result()
  if (json) yield* printJson({ experiment, completions, evaluations, steps, ...result })
  else {
    const same = result.differing === 0 ? "; all are as they are stored" : ""
    yield* print([
      `${visible(experiment)}: ${count(result.compared)} numbers recomputed from ${count(completions)} completions of ` +
      `${count(evaluations)} evaluations and ${count(steps)} training steps${same}.`,
      ...leftLines(result.left)
    ].join("\n"))
  }
  if (result.differing > 0) return yield* mismatch(result)
  if (completions === 0) return yield* invalid(`Nothing of ${experiment} could be judged again.`)
})
