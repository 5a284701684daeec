/** Requests to a server that may be busy, restart, or break off in the middle of an answer. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { exits } from "../../pipeline/Errors.ts"
import { fetchReasonOf } from "../../pipeline/reason.ts"
import { ChatCompletion, type ChatRequest, failureIn } from "../../protocol/chat.ts"
import { PolicyError } from "../policyError.ts"

export interface Server {
  /** With its version: `http://127.0.0.1:8000/v1`. */
  readonly url: string
  /** How long an answer may take. */
  readonly timeoutSeconds: number
  /** How long a request is tried again. */
  readonly patienceSeconds: number
  /** Variable of the environment that holds the key. */
  readonly keyVariable?: string
}

/** What came instead of an answer. `status` is undefined where no whole answer came at all. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly status: number | undefined
  readonly message: string
  /** How long the server wants to be left alone. */
  readonly afterSeconds?: number | undefined
}> {}

/** Milliseconds until a request is tried again: at first, doubled each time, and at most. */
const wait = { first: 500, most: 15_000 } as const

const worthAnother = ({ status }: Refused): boolean => status === undefined || status === 408 || status === 429 || status >= 500

const read = Schema.decodeUnknownEffect(Schema.fromJsonString(ChatCompletion))

const headers = ({ keyVariable }: Server): Record<string, string> => {
  const key = keyVariable === undefined ? undefined : process.env[keyVariable]
  return { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) }
}

/**
 * Node's own `fetch` gives an answer up after five minutes, however long its caller would wait; this leaves that to us, and takes
 * half of the processor's time, which a server on the same machine has more use for.
 */
const loadClient = async () => {
  const { Agent, request } = await import("undici")
  return { request, dispatcher: new Agent({ headersTimeout: 0, bodyTimeout: 0 }) }
}

let client: ReturnType<typeof loadClient> | undefined

/** Seconds that a `Retry-After` asks for, which says them or a date. */
const afterSeconds = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

/** What is asked of a server: a path below its url, such as `models`; `../pause` lies beside its version. */
export interface Call {
  readonly path: string
  /** Sent as JSON, by POST; without it, the request is a GET. */
  readonly body?: unknown
}

const once = (server: Server, { body, path }: Call): Effect.Effect<string, Refused> =>
  Effect.tryPromise({
    try: async (signal) => {
      const { dispatcher, request } = await (client ??= loadClient())
      const response = await request(new URL(path, `${server.url.replace(/\/+$/, "")}/`), {
        method: body === undefined ? "GET" : "POST",
        headers: headers(server),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
        dispatcher
      })
      const after = response.headers["retry-after"]
      return { status: response.statusCode, body: await response.body.text(), after: afterSeconds(Array.isArray(after) ? after[0] : after) }
    },
    catch: (cause) => new Refused({ status: undefined, message: `cannot be reached (${fetchReasonOf(cause)})` })
  }).pipe(
    Effect.timeoutOrElse({
      duration: server.timeoutSeconds * 1000,
      orElse: () => Effect.fail(new Refused({ status: undefined, message: `did not answer within ${server.timeoutSeconds} s` }))
    }),
    Effect.flatMap(({ after, body, status }) =>
      status === 200
        ? Effect.succeed(body)
        : Effect.fail(new Refused({ status, message: `answered ${status}: ${failureIn(body)}`, afterSeconds: after })))
  )

const completion = (server: Server, request: ChatRequest): Effect.Effect<ChatCompletion, Refused> =>
  Effect.flatMap(once(server, { path: "chat/completions", body: request }), (body) =>
    Effect.mapError(read(body), () => new Refused({ status: undefined, message: `sent what is no whole chat completion: ${failureIn(body)}` })))

/**
 * Asks until there is an answer: again where the server is busy, gone, or broke off in the middle, as long as patience lasts, and not
 * where it refuses the request. Waits vary by half, so that those who were turned away together do not come back together, and are
 * never shorter than the server asks for.
 */
const patiently = <A>(
  { patienceSeconds }: Server,
  ask: Effect.Effect<A, Refused>,
  worth: (refused: Refused) => boolean
): Effect.Effect<A, Refused> =>
  Effect.gen(function*() {
    const end = (yield* Clock.currentTimeMillis) + patienceSeconds * 1000
    for (let pause: number = wait.first;; pause = Math.min(2 * pause, wait.most)) {
      const found = yield* Effect.result(ask)
      if (found._tag === "Success") return found.success
      const pausing = (found.failure.afterSeconds ?? 0) * 1000 + pause * (0.5 + (yield* Random.next))
      if (!worth(found.failure) || (yield* Clock.currentTimeMillis) + pausing > end) return yield* found.failure
      yield* Effect.sleep(pausing)
    }
  })

/** The answer to a chat. */
export const post = (server: Server, request: ChatRequest): Effect.Effect<ChatCompletion, Refused> =>
  patiently(server, completion(server, request), worthAnother)

/** The text that a server answers to anything else. It is asked again where it is busy or gone, not where it broke over the request. */
export const call = (server: Server, what: Call): Effect.Effect<string, Refused> =>
  patiently(server, once(server, what), ({ status }) => status === undefined || status === 429 || status === 503)

/** The same, as JSON of a schema. */
export const callFor = <S extends Schema.ConstraintDecoder<unknown>>(server: Server, schema: S, what: Call): Effect.Effect<S["Type"], Refused> =>
  Effect.flatMap(call(server, what), (text) =>
    Effect.mapError(Schema.decodeEffect(Schema.fromJsonString(schema))(text), () =>
      new Refused({ status: undefined, message: `sent what is no answer to ${what.path}` })))

const remedy = ({ keyVariable, patienceSeconds }: Server, refused: Refused): string => {
  const { status } = refused
  if (status === undefined) return "Start it, or correct the url."
  if (status === 401 || status === 403) return keyVariable === undefined ? "Name the variable that holds its key as keyVariable." : `Set ${keyVariable}.`
  if (status === 404) return "Correct the url (with /v1) and the model's name, as its /v1/models says it."
  if (!worthAnother(refused)) return "Change what the message names."
  const wants = refused.afterSeconds === undefined ? "" : ` It wants to be left alone for ${Math.ceil(refused.afterSeconds)} s: see patienceSeconds.`
  return `It was asked again for ${patienceSeconds} s.${wants}`
}

/** A refusal as the policy's error, with what to do about it: every run would meet it, but for one about this request alone. */
export const failed = (server: Server, operation: string, refused: Refused, advice: string = remedy(server, refused)): PolicyError =>
  new PolicyError({
    operation,
    message: `${server.url} ${refused.message.replace(/\.$/, "")}. ${advice}`,
    exitCode: refused.status !== undefined && !worthAnother(refused) ? exits.invalid : exits.broke,
    everybodys: refused.status !== 400 && refused.status !== 422
  })
