/** Serves until a signal comes. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Handler } from "../../server/http/routes.ts"
import { serve } from "../../server/http/serve.ts"
import { usage } from "../failure.ts"
import { say } from "../output.ts"
import { endBySignal, leaveSaying } from "../signals.ts"
import type { Listening } from "./flags.ts"

/** The token that a variable of the environment holds. */
const tokenIn = (variable: string) => {
  const token = process.env[variable]
  return token ? Effect.succeed(token) : Effect.fail(usage(`--token-variable names ${variable}, which the environment does not set.`))
}

/** Serves a handler, and says where. A first signal lets end what is under way; a second one does not. */
export const untilStopped = Effect.fnUntraced(function*(what: string, handler: Handler, { host, port, tokenVariable }: Listening) {
  const token = Option.isSome(tokenVariable) ? yield* tokenIn(tokenVariable.value) : undefined
  endBySignal()
  leaveSaying("Stopped before all answers had ended.")
  const { url } = yield* serve({ handler, host, port, token })
  yield* say(`assay: ${what} on ${url}`)
  return yield* Effect.never
}, Effect.scoped)
