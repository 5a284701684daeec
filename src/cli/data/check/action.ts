/** Prints what is wrong with a data set. */
import * as Effect from "effect/Effect"
import { exits } from "../../../pipeline/Errors.ts"
import * as DataSets from "../../../workspace/DataSets.ts"
import { Failure } from "../../failure.ts"
import { print, printJson, say } from "../../output.ts"
import { visible } from "../../../report/visible.ts"
import { configOf, type Source } from "../source.ts"

interface Options extends Source {
  readonly first: number
  readonly json: boolean
}

const block = ({ count, first, kind }: DataSets.Counted): string =>
  [
    `${count} x ${visible(kind)}`,
    ...first.map(({ entry, message }) => `  ${visible(entry)}: ${visible(message)}`),
    ...(count > first.length ? [`  and ${count - first.length} more`] : [])
  ].join("\n")

export const check = Effect.fn("data check")(function*(options: Options) {
  const config = yield* configOf(options, DataSets.layouts)
  const found = yield* DataSets.checkData(options.layout, config, options.first)
  const count = found.problems.reduce((sum, problem) => sum + problem.count, 0)
  if (options.json) yield* printJson({ ...found, count })
  else yield* Effect.forEach(found.problems, (problem) => print(block(problem)))
  if (!options.json) yield* Effect.forEach(found.notes, (note) => print(`note: ${block(note)}`))
  yield* say(`${found.name}: ${found.examples} good, ${found.skipped} left out, ${count} problems.`)
  if (count > 0) return yield* new Failure({ exitCode: exits.invalid, message: "" })
})
