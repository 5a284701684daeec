/** Writes a data set in another layout. */
import * as Effect from "effect/Effect"
import { unknownName } from "../../../pipeline/near.ts"
import * as DataSets from "../../../workspace/DataSets.ts"
import { usage } from "../../failure.ts"
import { counted } from "../../counted.ts"
import { print, say } from "../../output.ts"
import { configOf, type Source } from "../source.ts"

interface Options extends Source {
  readonly to: string
  readonly out: string
}

export const convert = Effect.fn("data convert")(function*(options: Options) {
  const config = yield* configOf(options, DataSets.layouts)
  const target = DataSets.targets.find((name) => name === options.to)
  if (target === undefined) return yield* usage(unknownName("layout to write", options.to, DataSets.targets, ""))
  const { files, leftOut } = yield* DataSets.convertData(options.layout, config, target, options.out)
  yield* Effect.forEach(files, print)
  if (leftOut > 0) yield* say(`${counted(leftOut, "example")} without labels left out: there is nothing to ask about ${leftOut === 1 ? "it" : "them"}.`)
})
