/** The header of a safetensors file: which tensors it holds, and where. */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { dirname } from "node:path"
import { type ExitCode, exits } from "../pipeline/Errors.ts"
import { troubleOf } from "../pipeline/fileTrouble.ts"

/** A weight file cannot be read or written: `message` names file, tensor (where there is one) and what is wrong. */
export class SafetensorsError extends Data.TaggedError("SafetensorsError")<{
  readonly file: string
  readonly tensor?: string
  readonly message: string
  /** What the system refused, where it did. */
  readonly cause?: unknown
  /** A file is wrong, unless it could only not be written. */
  readonly exitCode: ExitCode
}> {
  static of(file: string, problem: string, tensor?: string): SafetensorsError {
    const where = tensor === undefined ? file : `${file}, tensor ${tensor}`
    return new SafetensorsError({
      file,
      ...(tensor !== undefined && { tensor }),
      message: `${where}: ${problem}`,
      exitCode: exits.invalid
    })
  }

  static unwritten(file: string, cause: unknown): SafetensorsError {
    const message = `Weights could not be written to ${dirname(file)} ${troubleOf(cause)}`
    return new SafetensorsError({ file, message, cause, exitCode: exits.broke })
  }
}

/** Bytes an element. */
export const elementBytes = {
  F64: 8, I64: 8, U64: 8,
  F32: 4, I32: 4, U32: 4,
  F16: 2, BF16: 2, I16: 2, U16: 2,
  I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1
} as const

export type DType = keyof typeof elementBytes

/** Where a tensor lies: bytes `begin` to `end` (exclusive) after the header. */
export interface TensorInfo {
  readonly name: string
  readonly dtype: DType
  readonly shape: ReadonlyArray<number>
  readonly begin: number
  readonly end: number
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorInfo>
  readonly metadata: { readonly [key: string]: string }
}

type Checked<A> = Result.Result<A, SafetensorsError>

/** Bytes of the length field that every file starts with. */
export const lengthBytes = 8

/** The largest header that the format allows. */
const largestHeader = 100_000_000

const Size = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Metadata = Schema.Record(Schema.String, Schema.String)
const Entry = Schema.Struct({
  dtype: Schema.Literals(Object.keys(elementBytes) as ReadonlyArray<DType>),
  shape: Schema.Array(Size),
  data_offsets: Schema.Tuple([Size, Size])
})

const decodeMetadata = Schema.decodeUnknownResult(Metadata)
const decodeEntry = Schema.decodeUnknownResult(Entry)

/** Length of the header, from the first 8 bytes of a file of `fileBytes`; fails before anything large is read. */
export const headerLength = (file: string, start: Uint8Array, fileBytes: number): Checked<number> => {
  if (start.length < lengthBytes) return fail(file, `holds ${fileBytes} bytes, too few for a safetensors file`)
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true)
  if (length > largestHeader) return fail(file, `announces a header of ${length} bytes; this is no safetensors file`)
  if (length > fileBytes - lengthBytes) {
    return fail(file, `announces a header of ${length} bytes, but holds ${fileBytes}; it is cut short`)
  }
  return Result.succeed(Number(length))
}

/**
 * Reads a header and checks it against the size of the data after it: known types, sizes that follow from shapes,
 * tensors side by side without overlap or gap, as the format demands.
 */
export const parseHeader = (file: string, json: Uint8Array, dataBytes: number): Checked<Header> =>
  Result.gen(function*() {
    const entries = yield* parseObject(file, json)
    const metadata = yield* Result.mapError(
      decodeMetadata(entries["__metadata__"] ?? {}),
      (error) => SafetensorsError.of(file, `__metadata__ must map strings to strings: ${error.message}`)
    )
    const tensors: Array<TensorInfo> = []
    for (const [name, entry] of Object.entries(entries)) {
      if (name !== "__metadata__") tensors.push(yield* parseEntry(file, name, entry))
    }
    yield* checkCover(file, tensors, dataBytes)
    return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata }
  })

const fail = (file: string, problem: string, tensor?: string): Checked<never> =>
  Result.fail(SafetensorsError.of(file, `${problem}.`, tensor))

const parseObject = (file: string, json: Uint8Array): Checked<{ readonly [name: string]: unknown }> =>
  Result.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)),
    catch: (cause) => SafetensorsError.of(file, `the header is not valid JSON (${String(cause)}).`)
  }).pipe(Result.flatMap((value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Result.succeed(value as { readonly [name: string]: unknown })
      : fail(file, "the header is not a JSON object")
  ))

const parseEntry = (file: string, name: string, json: unknown): Checked<TensorInfo> => {
  const entry = decodeEntry(json)
  if (Result.isFailure(entry)) return fail(file, entry.failure.message, name)
  const { dtype, shape, data_offsets: [begin, end] } = entry.success
  const needed = shape.reduce((product, size) => product * size, 1) * elementBytes[dtype]
  return end - begin === needed
    ? Result.succeed({ name, dtype, shape, begin, end })
    : fail(file, `${dtype} [${shape.join(", ")}] takes ${needed} bytes, but data_offsets say ${end - begin}`, name)
}

const checkCover = (file: string, tensors: ReadonlyArray<TensorInfo>, dataBytes: number): Checked<void> => {
  let reached = 0
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < reached) return fail(file, `starts at byte ${begin}, inside the tensor that ends at ${reached}`, name)
    if (begin > reached) return fail(file, `starts at byte ${begin}, which leaves a gap from ${reached}`, name)
    if (end > dataBytes) return fail(file, `ends at byte ${end} of data that is cut short at ${dataBytes}`, name)
    reached = end
  }
  return reached === dataBytes
    ? Result.void
    : fail(file, `holds ${dataBytes} bytes of data, but its tensors end at ${reached}`)
}

/** The length field and header of tensors that follow in this order, padded so that data starts at a multiple of 8. */
export const encodeHeader = (
  tensors: ReadonlyArray<Pick<TensorInfo, "name" | "dtype" | "shape"> & { readonly bytes: number }>,
  metadata: { readonly [key: string]: string }
): Uint8Array => {
  let begin = 0
  const entries: Array<readonly [string, unknown]> = tensors.map(({ name, dtype, shape, bytes }) => {
    const end = begin + bytes
    const entry = { dtype, shape, data_offsets: [begin, end] }
    begin = end
    return [name, entry]
  })
  const described = Object.keys(metadata).length === 0 ? entries : [["__metadata__", metadata] as const, ...entries]
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(described)))
  const padded = Math.ceil(json.length / 8) * 8
  const header = new Uint8Array(lengthBytes + padded).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true)
  header.set(json, lengthBytes)
  return header
}
