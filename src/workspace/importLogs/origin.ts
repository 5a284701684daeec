/** Experiments that hold imported logs, told from those that studies declare: a name belongs to one or the other. */
import * as Effect from "effect/Effect"
import { InvalidExperiment } from "../../pipeline/Errors.ts"
import * as Store from "../../store/index.ts"

/** Stands where other experiments have their study's file. */
export const origin = "assay import"

export const isImported = ({ file }: { readonly file: string }): boolean => file === origin

/** Fails with `InvalidExperiment` where logs were imported under the name of a study. */
export const requireNotImported = Effect.fnUntraced(function*(handle: Store.Handle, name: string) {
  const found = yield* Store.experiment(handle, name)
  if (found === undefined || !isImported(found)) return
  return yield* new InvalidExperiment({
    experiment: name,
    message: `${name}: imported logs have this name in ${handle.file}. Call the study otherwise, or name another database with --db.`
  })
})
