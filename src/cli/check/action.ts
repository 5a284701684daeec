/** Says what does not compile in a study. */
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { checkStudy, loadStudy, suppliesOfStudy } from "../../workspace/index.ts"
import { toFetch } from "../fetching.ts"
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
  yield* suppliesOfStudy(experiment).pipe(
    Effect.map(toFetch),
    // whether a study compiles does not hang on a network
    Effect.catch(({ message }) => Effect.succeed([`What it takes from elsewhere could not be looked up: ${message}`])),
    Effect.flatMap((lines) => Effect.forEach(lines, say))
  )
  yield* say(`${file} compiles: ${experiment.name}, ${experiment.variants.length} variants x ${experiment.seeds.length} seeds${experiment.until === undefined ? "" : " or more"}.`)
})
