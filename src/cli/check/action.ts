/** Says what does not compile in a study. */
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { checkStudy, loadStudy } from "../../workspace/index.ts"
import { Failure, invalid } from "../failure.ts"
import { print, printJson, say } from "../output.ts"

export const check = Effect.fn("check")(function*({ file, json }: { readonly file: string; readonly json: boolean }) {
  const errors = yield* checkStudy(file)
  if (errors === undefined) {
    return yield* invalid("There is no TypeScript compiler at hand. Install one in the project: npm install -D typescript")
  }
  if (json) yield* printJson({ file, errors })
  else yield* Effect.forEach(errors, print)
  if (errors.length > 0) return yield* new Failure({ exitCode: exits.invalid, message: "" })
  const { experiment } = yield* loadStudy(file)
  yield* say(`${file} compiles: ${experiment.name}, ${experiment.variants.length} variants x ${experiment.seeds.length} seeds${experiment.until === undefined ? "" : " or more"}.`)
})
