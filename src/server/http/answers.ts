/** What a server answers: JSON, errors too. */
import * as Data from "effect/Data"
import { reasonOf } from "../../pipeline/reason.ts"

/** An answer that is an error: thrown by a handler, it becomes JSON that says why. `status` is that of HTTP, 400 to 599. */
export class HttpError extends Data.TaggedError("HttpError")<{
  readonly status: number
  readonly message: string
  /** What a program can tell errors of one status by. */
  readonly code?: string
  /** The field of the request that it is about, as a path: `messages.0.content`. */
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}> {}

/** Longest message of an error, in characters: what was wrong with a request may be as long as the request. */
const longest = 500

const cut = (message: string): string => message.length > longest ? `${message.slice(0, longest)}...` : message

/** Anything that was thrown, as an error of the server where it is none of the request. */
export const errorOf = (cause: unknown): HttpError =>
  cause instanceof HttpError ? cause : new HttpError({ status: 500, message: `something broke in the server: ${reasonOf(cause)}` })

/** The body of an error, in the shape that clients of OpenAI's protocol read as well. */
export const errorBody = ({ code, message, param, status }: HttpError): string =>
  JSON.stringify({
    error: { message: cut(message), type: status < 500 ? "invalid_request_error" : "server_error", param: param ?? null, code: code ?? null }
  })

export const errorResponse = (error: HttpError): Response =>
  new Response(errorBody(error), { status: error.status, headers: { ...error.headers, "content-type": "application/json" } })
