/** Writes what the last stage of a run that changed its policy left behind. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Workspace from "../../workspace/index.ts"
import { say } from "../output.ts"

interface Options {
  readonly run: number
  readonly out: string
  readonly adapter: boolean
  readonly dtype: "F32" | "F16" | "BF16"
  readonly kept: Option.Option<"best" | "last">
  readonly db: string
}

export const exportModel = Effect.fn("export")(function*({ db, kept, run, ...options }: Options) {
  yield* Workspace.exportModel(Workspace.at(db), run, { ...options, kept: Option.getOrUndefined(kept) })
  yield* say(`${options.out} holds ${options.adapter ? "the adapters" : "the model"} of run ${run}.`)
})
