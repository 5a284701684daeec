/** Draws examples of a data set. */
import * as Effect from "effect/Effect"
import { sheet } from "../../../report/figures/data.ts"
import * as DataSets from "../../../workspace/DataSets.ts"
import { say } from "../../output.ts"
import { saveFile } from "../../saveFile.ts"
import { configOf, type Source } from "../source.ts"

interface Options extends Source {
  readonly out: string
  readonly limit: number
}

export const preview = Effect.fn("data preview")(function*(options: Options) {
  const config = yield* configOf(options, DataSets.layouts)
  const shown = yield* DataSets.dataPreview(options.layout, config, options.limit)
  yield* saveFile(options.out, yield* sheet(shown, Math.ceil(Math.sqrt(shown.length))))
  yield* say(`${shown.length} examples are in ${options.out}`)
})
