/** The server at which a trainer finds the stage that started it. */
import { randomBytes } from "node:crypto"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { readJson, type Route, routes } from "../server/http/routes.ts"
import { Begin, Score, Step } from "./messages.ts"

/** What is done with each thing that a trainer says; the answer is JSON. */
export interface Handlers<A, B, C> {
  readonly begin: (body: typeof Begin.Type) => Effect.Effect<unknown, A>
  readonly score: (body: Score) => Effect.Effect<unknown, B>
  readonly step: (body: Step) => Effect.Effect<unknown, C>
}

/** Completions of a step with their tokens, in bytes. */
const largest = 256 << 20

/**
 * Listens for as long as the scope is open, and says where, and by which token. Requests are handled one after the other. The
 * first that fails is refused, and `broken` fails with what went wrong.
 */
export const listen = Effect.fnUntraced(function*<A, B, C>(handlers: Handlers<A, B, C>, host: string) {
  const token = randomBytes(24).toString("base64url")
  const broken = yield* Deferred.make<never, A | B | C>()
  const lock = yield* Semaphore.make(1)
  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  const route = <S extends Schema.Decoder<unknown>>(schema: S, handle: (body: S["Type"]) => Effect.Effect<unknown, A | B | C>): Route => {
    const decode = Schema.decodeUnknownSync(schema)
    return async (request) => {
      const body = await readJson(request, decode)
      const handled = lock.withPermits(1)(handle(body)).pipe(Effect.tapCause((cause) => Deferred.failCause(broken, cause)))
      return Response.json(await run(handled))
    }
  }
  const handler = routes({
    "POST /begin": route(Begin, handlers.begin),
    "POST /score": route(Score, handlers.score),
    "POST /step": route(Step, handlers.step)
  })
  // a study's import waits for no server
  const { serve } = yield* Effect.promise(() => import("../server/http/serve.ts"))
  const { url } = yield* serve({ handler, host, token, limits: { body: largest } })
  return { url, token, broken: Deferred.await(broken) }
})
