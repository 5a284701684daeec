/** Noting what code and policies are made of. */
import * as Effect from "effect/Effect"
import { connect } from "./journal/connect.ts"
import type { Options } from "./journal/options.ts"
import { noteSources as write, type Sources } from "./journal/sources.ts"

/** Notes those that the database does not know yet. */
export const noteSources = Effect.fn("Store.noteSources")(function*(options: Options, sources: Sources) {
  if (sources.codes.length + sources.policies.length === 0) return
  yield* write(yield* connect(options), sources)
}, Effect.scoped)
