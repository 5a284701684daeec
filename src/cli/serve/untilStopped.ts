/** Serves until a signal comes. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Handler } from "../../server/http/routes.ts"
import { serve, type ServeOptions } from "../../server/http/serve.ts"
import { type Failure, usage } from "../failure.ts"
import { say } from "../output.ts"
import { endBySignal, leaveSaying } from "../signals.ts"
import type { Listening } from "./flags.ts"

/** The token that a variable of the environment holds. */
const tokenIn = (variable: string) => {
  const token = process.env[variable]
  return token ? Effect.succeed(token) : Effect.fail(usage(`--token-variable names ${variable}, which the environment does not set.`))
}

/** The token that clients must send; undefined where none is asked for. */
export const tokenOf = ({ tokenVariable }: Listening): Effect.Effect<string | undefined, Failure> =>
  Option.isSome(tokenVariable) ? tokenIn(tokenVariable.value) : Effect.undefined

interface More extends Pick<ServeOptions, "visitors" | "limits"> {
  /** What is done once it is served. */
  readonly served?: (url: string) => Effect.Effect<void>
}

/** Serves a handler, and says where. A first signal lets end what is under way; a second one does not. */
export const untilStopped = Effect.fnUntraced(function*(what: string, handler: Handler, listening: Listening, more: More = {}) {
  const { served = () => Effect.void, ...settings } = more
  const token = yield* tokenOf(listening)
  endBySignal()
  leaveSaying("Stopped before all answers had ended.")
  const { url } = yield* serve({ handler, host: listening.host, port: listening.port, token, ...settings })
  yield* say(`assay: ${what} on ${url}`)
  yield* served(url)
  return yield* Effect.never
}, Effect.scoped)
