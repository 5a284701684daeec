/** An S3-compatible bucket as a place that all machines reach. Which service it is at, and who asks, the usual AWS_ variables say. */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import type { IncomingHttpHeaders as Headers } from "node:http"
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
    super(`it said ${status} ${within(body, "Code") ?? ""}`.trim())
    this.status = status
  }
}

/** Mistakes that are the same the next time. */
const isLasting = ({ cause }: Store.StoreError): boolean =>
  cause instanceof Refused ? cause.status < 500 && cause.status !== 408 && cause.status !== 429 : isEverybodys(cause)

/** Somebody else was first. */
const isThere = ({ cause }: Store.StoreError): boolean => cause instanceof Refused && (cause.status === 409 || cause.status === 412)

interface Asked {
  readonly method?: "DELETE" | "GET" | "HEAD" | "POST" | "PUT"
  /** What follows the name, as `?uploads`. */
  readonly query?: string
  readonly headers?: { readonly [name: string]: string }
  /** Anew each time that it is asked. */
  readonly body?: () => Readable | string
}

/** Bytes that go at once: S3 takes five times as many in a request, and what is cut off is sent again. */
const most = 1 << 30

/** The sha256 of a part of a file. */
const digestOf = (file: string, part: Part): Promise<string> => {
  const hash = createHash("sha256")
  return pipeline(fs.createReadStream(file, part), hash).then(() => hash.digest("hex"))
}

/** Bytes of a file, the last one among them. */
interface Part {
  readonly start: number
  readonly end: number
}

const partsOf = (bytes: number, size: number): ReadonlyArray<Part> =>
  Array.from({ length: Math.ceil(bytes / size) }, (_, i) => ({ start: i * size, end: Math.min(bytes, (i + 1) * size) - 1 }))

const sizeOf = (file: string) => Effect.try({ try: () => fs.statSync(file).size, catch: (cause) => Store.Objects.failed(file, cause) })

const within = (xml: string, tag: string): string | undefined => new RegExp(`<${tag}>([^<]+)`).exec(xml)?.[1]

const settings = (address: string) => {
  const { env } = process
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/.exec(address) ?? []
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1"
  const endpoint = env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || `https://s3.${region}.amazonaws.com`
  const [accessKeyId, secretAccessKey, sessionToken] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((name) => env[name])
  return { bucket, prefix, region, endpoint, accessKeyId, secretAccessKey, sessionToken }
}

/**
 * The bucket and prefix at `s3://BUCKET/PREFIX`; a file above `atOnce` bytes goes there in parts of so many. Fails with `QueueError` where
 * the address or a variable is not to be used.
 */
export const bucket = Effect.fnUntraced(function*(address: string, atOnce = most): Effect.fn.Return<Store.Between.Between, QueueError> {
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

  const send = async (name: string, { body, headers = {}, method = "GET", query = "" }: Asked, signal: AbortSignal) => {
    const signed = await new AwsV4Signer({ ...key, url: `${urlOf(name)}${query}`, method, headers }).sign()
    return request(signed.url, { method, headers: Object.fromEntries(signed.headers), body: body?.() ?? null, signal, dispatcher })
  }

  const failed = (name: string) => (cause: unknown) =>
    new Store.StoreError({
      reason: "unwritable", // no fault of whoever stands before it
      file: `${address}/${name}`,
      message: `${name} could not be read from or written to ${address} at ${endpoint}: ${fetchReasonOf(cause)}. ` +
        "Check that bucket, AWS_ENDPOINT_URL, AWS_REGION and the key.",
      cause
    })

  /** Asks, again and again while the service is away. `use` gets nothing where nothing is under that name. */
  const ask = <A>(name: string, asked: Asked, use: (body: Readable | undefined, headers: Headers) => Promise<A>): Effect.Effect<A, Store.StoreError> =>
    Effect.tryPromise({
      try: async (signal) => {
        const { body, headers, statusCode } = await send(name, asked, signal)
        if (statusCode < 300) return await use(body, headers)
        const said = await body.text()
        if (statusCode === 404 && !said.includes("NoSuchBucket")) return await use(undefined, headers)
        throw new Refused(statusCode, said)
      },
      catch: failed(name)
    }).pipe(Effect.retry({ while: (error) => !isLasting(error), schedule: patience }))

  const textOf = async (body: Readable | undefined) => body && consumers.text(body)
  const text = (name: string) => ask(name, {}, textOf)
  const nothing = async (body: Readable | undefined) => void body?.resume()

  const length = async (body: Readable | undefined, headers: Headers) => {
    await nothing(body)
    return body && Number(headers["content-length"])
  }

  const bytes = (name: string) => ask(name, { method: "HEAD" }, length)

  /** The service holds what arrives to the hash. */
  const carrying = (file: string, bytes: number, hash: string, part?: Part) => ({
    method: "PUT" as const,
    headers: { "x-amz-content-sha256": hash, "content-length": String(bytes) },
    body: () => fs.createReadStream(file, part)
  })

  /** Sends a part of an upload, and returns by what the service knows it. */
  const putPart = Effect.fnUntraced(function*(name: string, upload: string, number: number, file: string, part: Part) {
    const hash = yield* Effect.tryPromise({ try: () => digestOf(file, part), catch: (cause) => Store.Objects.failed(file, cause) })
    const asked = { ...carrying(file, part.end - part.start + 1, hash, part), query: `?partNumber=${number}&uploadId=${upload}` }
    return yield* ask(name, asked, async (body, headers) => nothing(body).then(() => String(headers["etag"])))
  })

  const putParts = Effect.fnUntraced(function*(name: string, file: string, parts: ReadonlyArray<Part>) {
    const begun = ask(name, { method: "POST", query: "?uploads" }, async (body) => encodeURIComponent(within((await textOf(body)) ?? "", "UploadId") ?? ""))
    // who is stopped has no time to wait for a service that is away
    const leave = (upload: string) =>
      Effect.ignore(Effect.timeout(Effect.interruptible(ask(name, { method: "DELETE", query: `?uploadId=${upload}` }, nothing)), "5 seconds"))
    yield* Effect.flatMap(begun, (upload) =>
      Effect.gen(function*() {
        const tags = yield* Effect.forEach(parts, (part, i) => putPart(name, upload, i + 1, file, part))
        const list = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag.replaceAll("\"", "&quot;")}</ETag></Part>`).join("")
        const body = () => `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`
        yield* ask(name, { method: "POST", query: `?uploadId=${upload}`, body }, async (answer) => {
          const said = (await textOf(answer)) ?? ""
          if (said.includes("<Error>")) throw new Refused(500, said) // it began its answer before it knew
        })
        // an upload that is gone was put together by a request whose answer was lost, or removed by somebody
        if ((yield* bytes(name)) !== parts.at(-1)!.end + 1) return yield* failed(name)(new Error("its parts were not put together"))
      }).pipe(Effect.onError(() => leave(upload))))
  })

  return {
    bytes,
    put: (name, file) =>
      Effect.flatMap(sizeOf(file), (size) =>
        size > atOnce ? putParts(name, file, partsOf(size, atOnce)) : Effect.flatMap(Store.Objects.digest(file, "r"), ({ bytes, hash }) =>
          ask(name, carrying(file, bytes, hash), nothing))),
    get: (name, file) =>
      ask(name, {}, async (body) => {
        if (body !== undefined) await pipeline(body, fs.createWriteStream(file))
        return body !== undefined
      }),
    remove: (name) => ask(name, { method: "DELETE" }, nothing),
    text,
    first: (name, own) =>
      ask(name, { method: "PUT", headers: { "if-none-match": "*" }, body: () => own }, nothing).pipe(
        Effect.catchIf(isThere, () => Effect.void),
        Effect.andThen(text(name)),
        Effect.map((there) => there ?? own)
      )
  }
})
