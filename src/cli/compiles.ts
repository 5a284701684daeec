/** The type check that goes along with whatever is done with a study. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { checkChanges, type StudyError } from "../workspace/index.ts"
import { Failure, invalid } from "./failure.ts"
import { say } from "./output.ts"

/** What does not compile, as a failure. */
export const refused = (file: string, errors: ReadonlyArray<string>): Failure => {
  const shown = errors.slice(0, 5)
  const more = errors.length > shown.length ? `\n... and ${errors.length - shown.length} more; \`assay check ${file}\` shows all` : ""
  return invalid(`${file} does not compile, so nothing was run.\n${shown.join("\n")}${more}`)
}

/** A module or types that the compiler does not find, though Node could load the study: nothing is installed yet, say. */
const unresolved = /error TS(2307|2688|7016):/

/**
 * Starts the compiler on a study beside `work`, and returns what `work` does once both are through. `needed` says of what
 * `work` came to whether the compiler's word still matters; where not, nobody waits for it. A compiler that does not find
 * what the study imports knows too little to stop it, and says so.
 */
export const alongside = <A, E, R>(
  file: string,
  work: Effect.Effect<A, E, R>,
  needed: (result: A) => boolean
): Effect.Effect<A, E | Failure | StudyError, R> =>
  Effect.gen(function*() {
    const checking = yield* Effect.forkChild(checkChanges(file))
    // what does not compile may break anything: then the compiler says it better
    const result = yield* Effect.tapDefect(work, () =>
      Effect.flatMap(Fiber.join(checking), (errors = []) =>
        errors.length > 0 && !errors.some((error) => unresolved.test(error)) ? refused(file, errors) : Effect.void))
    if (!needed(result)) {
      yield* Fiber.interrupt(checking)
      return result
    }
    const errors = (yield* Fiber.join(checking)) ?? []
    const missing = errors.find((error) => unresolved.test(error))
    if (missing === undefined) return errors.length > 0 ? yield* refused(file, errors) : result
    yield* say(`${file} runs unchecked, as the compiler does not find all that it needs: ${missing}`)
    return result
  })
