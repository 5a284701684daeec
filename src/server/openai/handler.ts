/** Answers chat completions in OpenAI's protocol with a model. */
import { randomInt, randomUUID } from "node:crypto"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Random from "../../pipeline/Random.ts"
import { errorBody, errorOf, HttpError } from "../http/answers.ts"
import { type Handler, readJson, routes } from "../http/routes.ts"
import { type Answer, following, opening, whole } from "./answer.ts"
import { atStop, atTokens } from "../model/cut.ts"
import { type Gathering, gather } from "../model/gather.ts"
import type { Model } from "../model/model.ts"
import { promptOf } from "./prompt.ts"
import { type Asked, read } from "./request.ts"

/** What a server takes on. Its model decodes 64 completions side by side. */
const limits = { waiting: 256, rows: 64, tokens: 64 * 2048, linger: 5, patience: 100 } as const

const seconds = () => Math.floor(Date.now() / 1000)

const unknownModel = ({ model }: Asked, { name }: Model): HttpError =>
  new HttpError({ status: 404, message: `there is no model "${model}" here, only "${name}"`, param: "model", code: "model_not_found" })

const busy = ({ waiting }: { readonly waiting: number }): HttpError =>
  new HttpError({ status: 429, message: `${waiting} requests are waiting already; ask again later`, code: "busy", headers: { "retry-after": "1" } })

const failed = ({ message }: { readonly message: string }): HttpError => new HttpError({ status: 500, message: `the model could not answer: ${message}` })

/** An answer that is on its way: what is known of it already, and the rest. */
interface Begun {
  readonly answer: Omit<Answer, "completions">
  readonly n: number
  readonly rest: Effect.Effect<Answer, HttpError>
}

/** Takes a request in. Fails where it cannot be answered, before anything of an answer is sent. */
const begin = (asked: Asked, model: Model, { ask }: Gathering): Effect.Effect<Begun, HttpError> =>
  Effect.gen(function*() {
    if (asked.model !== model.name) return yield* unknownModel(asked, model)
    const { ids, maxTokens } = yield* promptOf(asked, model, limits.tokens)
    const { n, temperature } = asked.sampling
    const answering = yield* Effect.mapError(
      ask({
        question: {
          messages: asked.messages,
          images: asked.images.map(({ url }) => url),
          key: Random.key(asked.seed ?? randomInt(2 ** 48 - 1))
        },
        // greedy answers are all the same
        options: { ...asked.sampling, n: temperature === 0 ? 1 : n, maxTokens }
      }),
      busy
    )
    const { decode } = model.text
    const head = { id: `chatcmpl-${randomUUID()}`, created: seconds(), model: model.name, fingerprint: model.fingerprint }
    const answer = { head, prompt: ids, shape: asked.shape }
    const rest = Effect.map(answering, (found) => {
      const ended = found.map((completion) => atStop(atTokens(completion, maxTokens, decode), asked.stop, decode))
      return { ...answer, completions: temperature === 0 ? Array.from({ length: n }, () => ended[0]!) : ended }
    })
    return { answer, n, rest: Effect.mapError(rest, failed) }
  })

const event = (data: string): string => `data: ${data}\n\n`

/** An answer as server-sent events; one that fails ends with its error in place of what is missing. */
const events = ({ answer, n, rest }: Begun, { text }: Model): Stream.Stream<string> => {
  const first = opening(answer, n)
  const others = Stream.unwrap(Effect.map(rest, (found) => Stream.fromIterable(following(found, text))))
  return Stream.fromIterable(first).pipe(
    Stream.concat(others),
    Stream.map((chunk) => event(JSON.stringify(chunk))),
    Stream.catchCause((cause) => Stream.make(event(errorBody(errorOf(Cause.squash(cause)))))),
    Stream.concat(Stream.make(event("[DONE]")))
  )
}

/** A handler of `/v1/chat/completions`, `/v1/models` and `/health`. It samples what comes together together, until the scope ends. */
export const handlerOf = (model: Model): Effect.Effect<Handler, never, Scope.Scope> =>
  Effect.gen(function*() {
    let broken: string | undefined
    const sample: typeof model.sampler.sample = (...asked) =>
      model.sampler.sample(...asked).pipe(
        Effect.tapError(({ message }) => Effect.sync(() => (broken = message))),
        Effect.tap(() => Effect.sync(() => (broken = undefined)))
      )
    const gathering = yield* gather(sample, limits)
    const context = yield* Effect.context<never>()
    const run = Effect.runPromiseWith(context)
    const card = { id: model.name, object: "model", created: seconds(), owned_by: "assay", max_model_len: model.context }

    const complete = (asked: Asked, signal: AbortSignal): Effect.Effect<Response, HttpError> =>
      Effect.gen(function*() {
        const begun = yield* gathering.coming(begin(asked, model, gathering))
        if (!asked.shape.stream) return Response.json(whole(yield* begun.rest, model.text))
        const body = Stream.toReadableStreamWith(Stream.encodeText(events(begun, model)), context, { signal })
        return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } })
      })

    return routes({
      "POST /v1/chat/completions": async (request) => {
        const asked = await run(Effect.fromResult(await readJson(request, read)))
        return run(complete(asked, request.signal), { signal: request.signal })
      },
      "GET /v1/models": () => Response.json({ object: "list", data: [card] }),
      [`GET /v1/models/${model.name}`]: () => Response.json(card),
      [`GET /v1/models/${encodeURIComponent(model.name)}`]: () => Response.json(card),
      "GET /health": () => Response.json(broken === undefined ? { status: "ok" } : { status: "broken", message: broken }, { status: broken === undefined ? 200 : 503 })
    })
  })
