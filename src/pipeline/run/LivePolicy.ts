/** The policy of one run, alive: brought up when first needed, and put into the state that each stage is to find. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AnyPolicy } from "../declare/policyNode.ts"
import { Subject, type SubjectError } from "./services.ts"

/** State of the policy: fingerprint of the stage that left it, and the file of its weights. */
export interface State {
  readonly fingerprint: string
  readonly path: string
}

/** Released with the scope that it was made in. */
export interface LivePolicy {
  /**
   * Services of the policy, in the state that `state` left (undefined: the initial one), with nothing trained half-
   * way.
   */
  readonly reset: (state: State | undefined) => Effect.Effect<Context.Context<Subject>, SubjectError>
  /** The same for a stage that only reads: nothing is loaded when the policy is in that state already. */
  readonly at: (state: State | undefined) => Effect.Effect<Context.Context<Subject>, SubjectError>
  /** The weights after a stage that changed them, saved to a file. */
  readonly save: (fingerprint: string, path: string) => Effect.Effect<void, SubjectError>
}

/** The policy of a run; nothing is built yet. */
export const make = Effect.fnUntraced(function*(policy: AnyPolicy) {
  const scope = yield* Effect.scope
  let built: Context.Context<Subject> | undefined
  let current: string | undefined

  const services = Effect.fnUntraced(function*() {
    if (built !== undefined) return built
    // a memo map of its own: two runs must never share one policy
    const layer = policy.layer as Layer.Layer<Subject, SubjectError>
    built = yield* Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), scope)
    current = "initial"
    return built
  })

  const load = Effect.fnUntraced(function*(state: State | undefined) {
    const context = yield* services()
    current = undefined
    yield* Context.get(context, Subject).load(state?.path ?? "initial")
    current = state?.fingerprint ?? "initial"
    return context
  })

  const live: LivePolicy = {
    reset: (state) =>
      Effect.map(load(state), (context) => {
        current = undefined
        return context
      }),
    at: Effect.fnUntraced(function*(state) {
      const context = yield* services()
      return current === (state?.fingerprint ?? "initial") ? context : yield* load(state)
    }),
    save: Effect.fnUntraced(function*(fingerprint, path) {
      yield* Context.get(yield* services(), Subject).save(path, "weights")
      current = fingerprint
    })
  }
  return live
})
