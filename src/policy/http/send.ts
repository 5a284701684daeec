/** One request to a server, and what may come instead of an answer. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { fetchReasonOf } from "../../pipeline/reason.ts"

/** What came instead of an answer. `status` is undefined where no whole answer came at all, and 200 where one came that lacks something. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly status: number | undefined
  readonly message: string
  /** How long the server wants to be left alone. */
  readonly afterSeconds?: number | undefined
}> {}

/** Bytes of an answer: what is longer is none that anybody waits for. */
const longest = 2 ** 29

/**
 * Node's own `fetch` gives an answer up after five minutes, however long its caller would wait; this leaves that to us, and takes
 * half of the processor's time, which a server on the same machine has more use for.
 */
const loadClient = async () => {
  const { Agent, request } = await import("undici")
  return { request, dispatcher: new Agent({ headersTimeout: 0, bodyTimeout: 0, maxResponseSize: longest }) }
}

let client: ReturnType<typeof loadClient> | undefined

/** Seconds that a `Retry-After` asks for, which says them or a date. */
const afterSeconds = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

/** A request; without a body, it is a GET. */
export interface Sending {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
}

/** A whole answer, of whatever status. */
export interface Answered {
  readonly status: number
  readonly type: string
  readonly bytes: Buffer
  readonly afterSeconds: number | undefined
}

/** Fails with `Refused` where no whole answer came within `timeoutSeconds`. */
export const send = ({ body, headers, url }: Sending, timeoutSeconds: number): Effect.Effect<Answered, Refused> =>
  Effect.tryPromise({
    try: async (signal): Promise<Answered> => {
      const { dispatcher, request } = await (client ??= loadClient())
      const response = await request(url, { method: body === undefined ? "GET" : "POST", headers, body: body ?? null, signal, dispatcher })
      const of = (name: string): string | undefined => {
        const value = response.headers[name]
        return Array.isArray(value) ? value[0] : value
      }
      return {
        status: response.statusCode,
        type: of("content-type") ?? "",
        bytes: Buffer.from(await response.body.arrayBuffer()),
        afterSeconds: afterSeconds(of("retry-after"))
      }
    },
    catch: (cause) => new Refused({ status: undefined, message: `cannot be reached (${fetchReasonOf(cause)})` })
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeoutSeconds * 1000,
      orElse: () => Effect.fail(new Refused({ status: undefined, message: `did not answer within ${timeoutSeconds} s` }))
    })
  )
