/** Questions that belong together, for samplers to which an answer's place among others matters. */
import * as Context from "effect/Context"

/** All questions of one evaluation, which are asked some at a time, in order. */
export interface Questions {
  readonly count: number
}

/** The round that a question is asked in; what is asked outside of one is a round of its own. The same object throughout. */
export const Round = Context.Reference<Questions | undefined>("assay/policy/Round", { defaultValue: () => undefined })
