import * as Effect from "effect/Effect"
import * as Store from "../../store/index.ts"
import { open } from "../database.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"

/** Prints every experiment of the database and its current runs. */
export const list = Effect.fn("list")(function*(options: { readonly db: string; readonly json: boolean }) {
  const handle = yield* open(options.db)
  const experiments = yield* Store.experiments(handle)
  const all = yield* Effect.forEach(
    experiments,
    (experiment) =>
      Effect.map(Store.runs(handle, experiment.name), (runs) => ({
        ...experiment,
        runList: runs.map(({ id, seed, status, variant }) => ({ run: id, variant, seed, status }))
      }))
  )
  if (options.json) return yield* printJson(all.map(({ id: _, runList, ...rest }) => ({ ...rest, runs: runList })))
  const blocks = all.map((experiment) =>
    [
      `${experiment.name}: ${experiment.question}`,
      `${experiment.file}, ${experiment.done} of ${experiment.runs} runs done`,
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
}, Effect.scoped)
