/** Bodies of requests in the two wires, and as clients pack them. */
import { promisify } from "node:util"
import { gunzip, zstdDecompress } from "node:zlib"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { misfits } from "../../pipeline/declare/ConfigCodec.ts"
import { near } from "../../pipeline/near.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { HttpError } from "../http/answers.ts"
import { invalid } from "../model/invalid.ts"

/** Bytes of a body once it is unpacked. */
const most = 32 << 20

const unpackers = { zstd: promisify(zstdDecompress), gzip: promisify(gunzip) } as const

/** The body of a request, unpacked. Throws `HttpError` where it is packed in another way, badly, or into more than `most` bytes. */
export const unpacked = async (request: Request): Promise<Uint8Array> => {
  const bytes = new Uint8Array(await request.arrayBuffer())
  const encoding = request.headers.get("content-encoding")?.toLowerCase() ?? "identity"
  if (encoding === "identity") return bytes
  if (encoding !== "zstd" && encoding !== "gzip") throw new HttpError({ status: 415, message: `content-encoding: ${encoding} is not read here; zstd and gzip are` })
  try {
    return await unpackers[encoding](bytes, { maxOutputLength: most })
  } catch (cause) {
    throw invalid(`the body is no ${encoding}, or more than ${most} bytes in it (${reasonOf(cause)})`)
  }
}

export const isProtobuf = (request: Request): boolean => /^application\/x-protobuf\b/i.test(request.headers.get("content-type") ?? "")

/** Whether the client reads protobuf. */
export const wantsProtobuf = (request: Request): boolean => (request.headers.get("accept") ?? "").includes("application/x-protobuf")

const isObject = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === "object" && value !== null && !Array.isArray(value)

/** An object without what is null, which says as much as nothing, also in the objects of which it is made, three deep. */
const said = (value: unknown, depth = 3): unknown =>
  isObject(value) && depth > 0
    ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null).map(([name, inner]) => [name, said(inner, depth - 1)]))
    : value

const utf8 = new TextDecoder("utf-8", { fatal: true })

const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw invalid(`the body is no JSON (${reasonOf(cause)})`)
  }
}

/** Reads a JSON body by its schema. Throws `HttpError`, naming the field, where it does not fit or has a field that is not done here. */
export const jsonReader = <S extends Schema.Struct<Schema.Struct.Fields> & Schema.Decoder<unknown>>(schema: S) => {
  const known = Object.keys(schema.fields)
  const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })
  return async (request: Request): Promise<S["Type"]> => {
    const given = said(parse(await unpacked(request)))
    if (!isObject(given)) throw invalid("The body must be a JSON object.")
    const strange = Object.keys(given).find((field) => !known.includes(field))
    if (strange !== undefined) {
      const close = near(strange, known)
      const hint = close.length > 0 ? ` Did you mean ${close.join(" or ")}?` : ""
      throw invalid(`${strange} is not done by this server and may change the answer; leave it out.${hint}`, strange, "unsupported_parameter")
    }
    const decoded = decode(given)
    if (Result.isSuccess(decoded)) return decoded.success
    const { key, message } = misfits(given, decoded.failure)[0]!
    throw invalid(`${key}: ${message}.`, key)
  }
}
