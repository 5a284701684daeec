/** Prints the experiments of the database and their current runs. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Workspace from "../../workspace/Reading.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"
import { visible, visibleLine } from "../../report/visible.ts"

interface Options {
  readonly name: Option.Option<string>
  readonly db: string
  readonly json: boolean
}

export const list = Effect.fn("list")(function*({ db, json, name }: Options) {
  const all = yield* Workspace.list(Workspace.at(db), Option.getOrUndefined(name))
  if (json) return yield* printJson(all.map(({ id: _, runList, ...rest }) => ({ ...rest, runs: runList })))
  const blocks = all.map((experiment) =>
    [
      visibleLine(`${experiment.name}: ${experiment.question}`),
      `${visible(experiment.file)}, ${experiment.done} of ${experiment.runs} runs done`,
      grid(
        [
          ["RUN", "VARIANT", "SEED", "STATUS"],
          ...experiment.runList.map(({ run, seed, status, variant }) => [String(run), variant, String(seed), status])
        ],
        [0, 2]
      )
    ].join("\n")
  )
  yield* print(
    blocks.length === 0 ? "The database holds no experiment yet; `assay run FILE` makes one." : blocks.join("\n\n")
  )
})
