/** Requests to a Tinker server, and what its refusals mean. */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { exits } from "../../pipeline/Errors.ts"
import { failureIn } from "../../protocol/chat.ts"
import * as Protocol from "../../protocol/tinker/Answers.ts"
import { isBusy, patiently, worthAnother } from "../http/patiently.ts"
import { type Answered, Refused, send } from "../http/send.ts"
import { PolicyError } from "../policyError.ts"

export interface Server {
  /** Without `/api/v1`. */
  readonly url: string
  /** How long a result may take. */
  readonly timeoutSeconds: number
  /** How long a request is tried again. */
  readonly patienceSeconds: number
  /** Variable of the environment that holds the key. */
  readonly keyVariable?: string
}

/** The type of what goes over the newer wire. */
export const protobuf = "application/x-protobuf"

/** Seconds that a poll waits: servers answer within them, and say that the result is not there yet. */
const poll = 45

/** Milliseconds between two polls of a server that does not wait itself: at first, and at most. */
const pause = { first: 20, most: 500 } as const

interface Call {
  readonly path: string
  /** JSON, or the bytes of a message; without it, the request is a GET. */
  readonly body?: object | undefined
  readonly headers?: Readonly<Record<string, string>>
}

const once = (server: Server, { body, headers, path }: Call, timeoutSeconds: number): Effect.Effect<Answered, Refused> => {
  const key = server.keyVariable === undefined ? undefined : process.env[server.keyVariable]
  const bytes = body instanceof Uint8Array
  return Effect.filterOrFail(
    send({
      url: new URL(`${server.url.replace(/\/+$/, "")}/api/v1/${path}`),
      headers: { "content-type": bytes ? protobuf : "application/json", ...headers, ...(key ? { "x-api-key": key } : {}) },
      body: body === undefined || bytes ? body : JSON.stringify(body)
    }, timeoutSeconds),
    ({ status }) => status >= 200 && status < 300,
    ({ afterSeconds, bytes, status }) => new Refused({ status, message: `answered ${status} to ${path}: ${failureIn(bytes.toString())}`, afterSeconds })
  )
}

const garbage = (path: string, bytes: Buffer) =>
  new Refused({ status: undefined, message: `sent what is no answer to ${path}: ${failureIn(bytes.toString("utf8", 0, 300))}` })

const readJson = (bytes: Buffer, path: string): Effect.Effect<unknown, Refused> =>
  Effect.try({ try: (): unknown => JSON.parse(bytes.toString()), catch: () => garbage(path, bytes) })

/**
 * The answer to a request, as JSON of a schema. It is sent again, under the same idempotency key, where the server is busy or gone, so
 * that what it began already is not begun twice.
 */
export const call = <S extends Schema.ConstraintDecoder<unknown>>(server: Server, schema: S, what: Call): Effect.Effect<S["Type"], Refused> => {
  const headers = { ...what.headers, ...(what.body === undefined ? {} : { "x-idempotency-key": randomUUID() }) }
  const asked = Effect.gen(function*() {
    const { bytes } = yield* once(server, { ...what, headers }, server.timeoutSeconds)
    const json = yield* readJson(bytes, what.path)
    return yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(json), () => garbage(what.path, bytes))
  })
  return patiently(server.patienceSeconds, asked, worthAnother)
}

/** What came of a request: a message's bytes, or JSON. */
export type Outcome = { readonly bytes: Uint8Array } | { readonly json: unknown }

const isPending = Schema.is(Protocol.Pending)
const isFailed = Schema.is(Protocol.Failed)

/** A result that says why there is none; one that is the request's own fault as if it had been refused at once. */
const failedWith = ({ category, error }: typeof Protocol.Failed.Type, path: string) =>
  new Refused({ status: category?.startsWith("user") === true ? 400 : 500, message: `could not do ${path}: ${failureIn(error)}` })

/** For finding out what a server does: one that answers wrongly is not asked for long, as that may be its way to refuse. */
export const hasty = (server: Server): Server => ({ ...server, patienceSeconds: Math.min(2, server.patienceSeconds) })

/** Waits for the result of a request that was begun by `path`, however often it has to be asked for. */
export const outcome = (server: Server, path: string, request_id: string): Effect.Effect<Outcome, Refused> =>
  Effect.gen(function*() {
    const asking = Effect.flatMap(
      once(server, { path: "retrieve_future", body: { request_id }, headers: { accept: protobuf } }, poll + 15),
      ({ bytes, type }): Effect.Effect<Outcome, Refused> => type.startsWith(protobuf) ? Effect.succeed({ bytes }) : Effect.map(readJson(bytes, path), (json) => ({ json }))
    )
    const busy = ({ status }: Refused) => status !== 408 && worthAnother({ status } as Refused)
    const end = performance.now() + server.timeoutSeconds * 1000
    for (let rest: number = pause.first; performance.now() < end;) {
      const began = performance.now()
      // who only takes long is asked again at once
      const found = yield* Effect.result(patiently(server.patienceSeconds, Effect.timeoutOption(asking, poll * 1000), busy))
      if (Result.isFailure(found) && found.failure.status !== 408) return yield* found.failure
      if (Result.isSuccess(found) && found.success._tag === "Some") {
        const { value } = found.success
        if ("bytes" in value) return value
        if (isFailed(value.json)) return yield* failedWith(value.json, path)
        if (!isPending(value.json)) return value
      }
      if (performance.now() - began > 1000) continue
      yield* Effect.sleep(rest)
      rest = Math.min(2 * rest, pause.most)
    }
    return yield* new Refused({ status: undefined, message: `had not done ${path} after ${server.timeoutSeconds} s` })
  })

/** The same as JSON of a schema. */
export const outcomeAs = <S extends Schema.ConstraintDecoder<unknown>>(server: Server, schema: S, path: string, id: string): Effect.Effect<S["Type"], Refused> =>
  Effect.flatMap(outcome(server, path, id), (found) => {
    const bytes = "bytes" in found ? Buffer.from(found.bytes) : Buffer.from(JSON.stringify(found.json))
    return Effect.mapError(Schema.decodeUnknownEffect(schema)("json" in found ? found.json : undefined), () => garbage(path, bytes))
  })

/** What an answer of another kind is: `read` throws where it is none. */
export const decoded = <A>(found: Outcome, path: string, read: (found: Outcome) => A): Effect.Effect<A, Refused> =>
  Effect.try({ try: () => read(found), catch: (cause) => new Refused({ status: undefined, message: `sent what is no answer to ${path} (${String(cause)})` }) })

/** Whether the server does not do what it was asked for. */
export const refuses = (refused: Refused): boolean =>
  refused.status !== undefined && refused.status !== 401 && refused.status !== 403 && !isBusy(refused)

/** Whether the server does not know any more what it is asked about. */
export const isLost = ({ status }: Refused): boolean => status === 404 || status === 410

const remedy = ({ keyVariable, patienceSeconds, timeoutSeconds }: Server, refused: Refused): string => {
  const { status } = refused
  if (status === undefined) return `Start it, correct the url, or give it more time (timeoutSeconds ${timeoutSeconds}).`
  if (status === 401 || status === 403) return keyVariable === undefined ? "Name the variable that holds its key as keyVariable." : `Set ${keyVariable}.`
  if (isLost(refused)) {
    return "What was not saved there is gone: it was started anew, or had not heard of this client for too long. Run again: it goes on from the last checkpoint."
  }
  return worthAnother(refused) ? `It was asked again for ${patienceSeconds} s.` : "Change what the message names."
}

/** A refusal as the policy's error, with what to do about it. */
export const failed = (server: Server, operation: string) => (refused: Refused): PolicyError =>
  new PolicyError({
    operation,
    message: `${server.url} ${refused.message.replace(/\.$/, "")}. ${remedy(server, refused)}`,
    exitCode: refused.status !== undefined && !worthAnother(refused) && !isLost(refused) ? exits.invalid : exits.broke,
    everybodys: refused.status === undefined || refused.status === 401 || refused.status === 403,
    cause: refused
  })

/** The same before anything was left with the server: what it does not know then was never there. */
export const unfit = (server: Server, operation: string) => (refused: Refused): PolicyError =>
  !isLost(refused) ? failed(server, operation)(refused) : new PolicyError({
    operation,
    message: `${server.url} ${refused.message.replace(/\.$/, "")}. Correct the url (what stands before /api/v1) and the model's name.`,
    exitCode: exits.invalid,
    everybodys: true,
    cause: refused
  })
