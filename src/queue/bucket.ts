/** An S3-compatible bucket as a place that all machines reach. Which service it is at, and who asks, the usual AWS_ variables say. */
import * as fs from "node:fs"
import type { Readable } from "node:stream"
import * as consumers from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { isEverybodys } from "../pipeline/fileTrouble.ts"
import { fetchReasonOf } from "../pipeline/reason.ts"
import * as Store from "../store/index.ts"
import { QueueError } from "./queueError.ts"

/** A bucket may be away for five minutes before what needs it fails. */
const patience = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(Schedule.upTo({ duration: "5 minutes" }))

const scheme = "s3://"

export const isBucket = (address: string): boolean => address.startsWith(scheme)

/** The service answered, and did not do what it was asked. */
class Refused extends Error {
  readonly status: number

  constructor(status: number, body: string) {
    super(`it said ${status} ${/<Code>([^<]+)/.exec(body)?.[1] ?? ""}`.trim())
    this.status = status
  }
}

/** Mistakes that are the same the next time. */
const isLasting = ({ cause }: Store.StoreError): boolean =>
  cause instanceof Refused ? cause.status < 500 && cause.status !== 408 && cause.status !== 429 : isEverybodys(cause)

/** Somebody else was first. */
const isThere = ({ cause }: Store.StoreError): boolean => cause instanceof Refused && (cause.status === 409 || cause.status === 412)

interface Asked {
  readonly method?: "GET" | "HEAD" | "PUT"
  readonly headers?: { readonly [name: string]: string }
  /** Anew each time that it is asked. */
  readonly body?: () => Readable | string
}

const settings = (address: string) => {
  const { env } = process
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/.exec(address) ?? []
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1"
  const endpoint = env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || `https://s3.${region}.amazonaws.com`
  const [accessKeyId, secretAccessKey, sessionToken] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((name) => env[name])
  return { bucket, prefix, region, endpoint, accessKeyId, secretAccessKey, sessionToken }
}

/** The bucket and prefix at `s3://BUCKET/PREFIX`. Fails with `QueueError` where that or a variable is not to be used. */
export const bucket = Effect.fnUntraced(function*(address: string): Effect.fn.Return<Store.Between.Between, QueueError> {
  const { accessKeyId, bucket, endpoint, prefix, region, secretAccessKey, sessionToken } = settings(address)
  const wrong = bucket === "" ? `${address} names no bucket. Write it as s3://BUCKET/PREFIX.`
    : !URL.canParse(endpoint) ? `AWS_ENDPOINT_URL is no URL: ${endpoint}.`
    : !accessKeyId || !secretAccessKey ? `${address} wants a key. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`
    : undefined
  if (wrong !== undefined) return yield* new QueueError({ reason: "address", message: wrong })
  const { AwsV4Signer } = yield* Effect.promise(() => import("aws4fetch"))
  // with its agent: that of Node's own `fetch` may end the process where an answer is cut off that is read slowly
  const { Agent, request } = yield* Effect.promise(() => import("undici"))
  const dispatcher = new Agent()
  const key = { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey!, ...(sessionToken ? { sessionToken } : {}), service: "s3", region }

  const urlOf = (name: string) =>
    [endpoint.replace(/\/+$/, ""), ...[bucket, ...prefix.split("/"), ...name.split("/")].filter((part) => part !== "").map(encodeURIComponent)].join("/")

  const send = async (name: string, { body, headers = {}, method = "GET" }: Asked, signal: AbortSignal) => {
    const signed = await new AwsV4Signer({ ...key, url: urlOf(name), method, headers }).sign()
    return request(signed.url, { method, headers: Object.fromEntries(signed.headers), body: body?.() ?? null, signal, dispatcher })
  }

  /** Asks, again and again while the service is away. `use` gets nothing where nothing is under that name. */
  const ask = <A>(name: string, asked: Asked, use: (body: Readable | undefined) => Promise<A>): Effect.Effect<A, Store.StoreError> =>
    Effect.tryPromise({
      try: async (signal) => {
        const { body, statusCode } = await send(name, asked, signal)
        if (statusCode < 300) return await use(body)
        const said = await body.text()
        if (statusCode === 404 && !said.includes("NoSuchBucket")) return await use(undefined)
        throw new Refused(statusCode, said)
      },
      catch: (cause) =>
        new Store.StoreError({
          reason: "unwritable", // no fault of whoever stands before it
          file: `${address}/${name}`,
          message: `${name} could not be read from or written to ${address} at ${endpoint}: ${fetchReasonOf(cause)}. ` +
            "Check that bucket, AWS_ENDPOINT_URL, AWS_REGION and the key.",
          cause
        })
    }).pipe(Effect.retry({ while: (error) => !isLasting(error), schedule: patience }))

  const text = (name: string) => ask(name, {}, async (body) => body && consumers.text(body))
  const nothing = async (body: Readable | undefined) => void body?.resume()
  return {
    has: (name) => ask(name, { method: "HEAD" }, async (body) => nothing(body).then(() => body !== undefined)),
    // the service holds what arrives to the hash
    put: (name, file) =>
      Effect.flatMap(Store.Objects.digest(file, "r"), ({ bytes, hash }) =>
        ask(name, { method: "PUT", headers: { "x-amz-content-sha256": hash, "content-length": String(bytes) }, body: () => fs.createReadStream(file) }, nothing)),
    get: (name, file) =>
      ask(name, {}, async (body) => {
        if (body !== undefined) await pipeline(body, fs.createWriteStream(file))
        return body !== undefined
      }),
    text,
    first: (name, own) =>
      ask(name, { method: "PUT", headers: { "if-none-match": "*" }, body: () => own }, nothing).pipe(
        Effect.catchIf(isThere, () => Effect.void),
        Effect.andThen(text(name)),
        Effect.map((there) => there ?? own)
      )
  }
})
