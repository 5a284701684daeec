/** Requests to a server that may be busy, restart, or break off in the middle of an answer. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { exits } from "../../pipeline/Errors.ts"
import { ChatCompletion, type ChatRequest, failureIn } from "../../protocol/chat.ts"
import { patiently, worthAnother } from "../http/patiently.ts"
import { Refused, send } from "../http/send.ts"
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

const read = Schema.decodeUnknownEffect(Schema.fromJsonString(ChatCompletion))

const headers = ({ keyVariable }: Server): Record<string, string> => {
  const key = keyVariable === undefined ? undefined : process.env[keyVariable]
  return { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) }
}

/** What is asked of a server: a path below its url, such as `models`; `../pause` lies beside its version. */
export interface Call {
  readonly path: string
  /** Sent as JSON, by POST; without it, the request is a GET. */
  readonly body?: unknown
}

const once = (server: Server, { body, path }: Call): Effect.Effect<string, Refused> =>
  Effect.flatMap(
    send({
      url: new URL(path, `${server.url.replace(/\/+$/, "")}/`),
      headers: headers(server),
      body: body === undefined ? undefined : JSON.stringify(body)
    }, server.timeoutSeconds),
    ({ afterSeconds, bytes, status }) =>
      status === 200
        ? Effect.succeed(bytes.toString())
        : Effect.fail(new Refused({ status, message: `answered ${status}: ${failureIn(bytes.toString())}`, afterSeconds }))
  )

const completion = (server: Server, request: ChatRequest): Effect.Effect<ChatCompletion, Refused> =>
  Effect.flatMap(once(server, { path: "chat/completions", body: request }), (body) =>
    Effect.mapError(read(body), () => new Refused({ status: undefined, message: `sent what is no whole chat completion: ${failureIn(body)}` })))

/** The answer to a chat; one that lacks something, which `lacking` says in words, is asked for again. */
export const post = (
  server: Server,
  request: ChatRequest,
  lacking: (answer: ChatCompletion, request: ChatRequest) => string | undefined = () => undefined
): Effect.Effect<ChatCompletion, Refused> => {
  const whole = Effect.flatMap(completion(server, request), (answer) => {
    const message = lacking(answer, request)
    return message === undefined ? Effect.succeed(answer) : Effect.fail(new Refused({ status: 200, message }))
  })
  return patiently(server.patienceSeconds, whole, worthAnother)
}

/** The text that a server answers to anything else. It is asked again where it is busy or gone, not where it broke over the request. */
export const call = (server: Server, what: Call): Effect.Effect<string, Refused> =>
  patiently(server.patienceSeconds, once(server, what), ({ status }) => status === undefined || status === 429 || status === 503)

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
