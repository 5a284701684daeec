/** What the API answers where it cannot answer: JSON in the shape of all our servers, with a name to tell kinds by. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"

const Words = Schema.Struct({
  message: Schema.String,
  type: Schema.String,
  /** The key of the request that it is about, where it is about one. */
  param: Schema.NullOr(Schema.String),
  code: Schema.NullOr(Schema.String)
})

const words = (message: string, type: "invalid_request_error" | "server_error", param: string | null = null): typeof Words.Type => ({
  message,
  type,
  param,
  code: null
})

/** A key of the request does not fit. */
export class Unfit extends Schema.TaggedError<Unfit>()("Unfit", { error: Words }, { httpApiStatus: 400 }) {}

/** There is none of that name. */
export class Missing extends Schema.TaggedError<Missing>()("Missing", { error: Words }, { httpApiStatus: 404 }) {}

/** The database cannot be read now. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", { error: Words }, { httpApiStatus: 503 }) {}

/** What every endpoint may fail with, beside what its schemas find unfit. */
export const problems = [Missing, Unavailable, Unfit] as const

export const unfit = (message: string, param: string | null = null): Unfit => new Unfit({ error: words(message, "invalid_request_error", param) })

export const missing = (message: string): Missing => new Missing({ error: words(message, "invalid_request_error") })

interface Tagged {
  readonly _tag: string
  readonly message: string
}

/** What reading a workspace fails with, as the API says it. */
export const explained = <A, E extends Tagged, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, Missing | Unavailable, R> =>
  Effect.mapError(work, ({ _tag, message }) => _tag === "NotFound" ? missing(message) : new Unavailable({ error: words(message, "server_error") }))

/** Requests that do not fit their schemas are told which key does not, and why. */
export class Fitting extends HttpApiMiddleware.Service<Fitting>()("assay/server/ui/Fitting", { error: Unfit }) {}

export const fitting = HttpApiMiddleware.layerSchemaErrorTransform(Fitting, (error) => {
  // an answer that does not fit its own schema is a fault of ours, and must not look like one of the request
  if (error.kind === "Body" || error.kind === "ResponseHeaders") return Effect.die(error.cause)
  const [, param] = /at \["([^"]*)"\]/.exec(error.cause.message) ?? []
  return Effect.fail(unfit(`the ${error.kind.toLowerCase()} does not fit: ${error.cause.message.replace(/\s*\n\s*/g, ", ")}`, param ?? null))
})
