/** Weight files in the safetensors format: read tensor by tensor, written whole. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { existsSync } from "node:fs"
import { type FileHandle, open as openFile, rename, rm } from "node:fs/promises"
import { basename, join } from "node:path"
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "./halfFloats.ts"
import { isMissing, type ModelFolderError, readOptionalJson } from "./modelFolderError.ts"
import * as Header from "./SafetensorsHeader.ts"
import { SafetensorsError, type TensorInfo } from "./SafetensorsHeader.ts"

/** Tensors of one file or of the shards of a model, read one at a time straight from disk. */
export interface Weights {
  readonly metadata: { readonly [key: string]: string }
  readonly tensors: ReadonlyMap<string, TensorInfo>
  /** Reads an F32, F16 or BF16 tensor into `target`, which has as many elements; `shape` is checked where it is given. */
  readonly readInto: (
    name: string,
    target: Float32Array,
    shape?: ReadonlyArray<number>
  ) => Effect.Effect<void, SafetensorsError>
  readonly readFloats: (name: string) => Effect.Effect<Float32Array, SafetensorsError>
}

/** A tensor to write; `dtype` defaults to F32. */
export interface Tensor {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array
  readonly dtype?: "F32" | "F16" | "BF16"
}

/** Bytes read at a time: halves pass through a buffer of this size, and the system refuses reads of 2 GiB. */
const chunkBytes = 1 << 24

/** Opens one safetensors file; it stays open as long as the scope. */
export const open = Effect.fn("safetensors.open")(function*(file: string) {
  const handle = yield* Effect.acquireRelease(
    attempt(file, () => openFile(file, "r")),
    (handle) => Effect.promise(() => handle.close())
  )
  const { size } = yield* attempt(file, () => handle.stat())
  const start = new Uint8Array(Math.min(size, Header.lengthBytes))
  yield* attempt(file, () => readAll(handle, start, 0))
  const length = yield* Effect.fromResult(Header.headerLength(file, start, size))
  const json = new Uint8Array(length)
  yield* attempt(file, () => readAll(handle, json, Header.lengthBytes))
  const dataStart = Header.lengthBytes + length
  const header = yield* Effect.fromResult(Header.parseHeader(file, json, size - dataStart))
  return weights(file, handle, dataStart, header)
})

const Index = Schema.Struct({ weight_map: Schema.Record(Schema.String, Schema.String) })

/** Opens a model folder's weights: model.safetensors, else the shards that model.safetensors.index.json names. Both are there where one is left over. */
export const openFolder = (
  folder: string
): Effect.Effect<Weights, SafetensorsError | ModelFolderError, Scope.Scope> =>
  Effect.suspend(() => {
    const whole = join(folder, "model.safetensors")
    if (existsSync(whole)) return open(whole)
    return Effect.flatMap(readOptionalJson(folder, "model.safetensors.index.json"), (json) => json === undefined ? open(whole) : openShards(folder, json))
  })

/** Writes a file as a whole or not at all. Larger elements come first, so that every tensor is aligned. */
export const write = (
  file: string,
  tensors: ReadonlyArray<Tensor>,
  metadata: { readonly [key: string]: string } = {}
): Effect.Effect<void, SafetensorsError> => {
  const partial = `${file}.${process.pid}.partial`
  const ordered = tensors
    .map((tensor) => ({ ...tensor, dtype: tensor.dtype ?? "F32" }))
    .map((tensor) => ({ ...tensor, bytes: tensor.data.length * Header.elementBytes[tensor.dtype] }))
    .toSorted((a, b) =>
      Header.elementBytes[b.dtype] - Header.elementBytes[a.dtype] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    )
  const misfit = ordered.find(({ shape, data }) => elements(shape) !== data.length)
  const names = new Set(["__metadata__"])
  const twin = ordered.find(({ name }) => names.size === names.add(name).size)
  if (misfit) {
    const problem = `has ${misfit.data.length} elements, which is not what its shape [${misfit.shape.join(", ")}] says.`
    return Effect.fail(SafetensorsError.of(file, problem, misfit.name))
  }
  if (twin) return Effect.fail(SafetensorsError.of(file, "is a name that cannot be used, or used twice.", twin.name))
  const header = Header.encodeHeader(ordered, metadata)
  const put = async (): Promise<void> => {
    const handle = await openFile(partial, "w")
    try {
      await writeAll(handle, header)
      for (const tensor of ordered) await writeAll(handle, encode(tensor.data, tensor.dtype))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  }
  return Effect.tryPromise({ try: put, catch: (cause) => SafetensorsError.unwritten(file, cause) }).pipe(Effect.onError(() => Effect.promise(() => rm(partial, { force: true }))))
}

const elements = (shape: ReadonlyArray<number>): number => shape.reduce((product, size) => product * size, 1)

const remedy = "A model's folder holds model.safetensors, or model.safetensors.index.json and its shards."

const otherModel = "Fetch config.json and the weights of the same model again."

const attempt = <A>(file: string, run: () => Promise<A>): Effect.Effect<A, SafetensorsError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => SafetensorsError.of(file, isMissing(cause) ? `is missing. ${remedy}` : `${String(cause)}.`)
  })

const readAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(bytes.length - done, chunkBytes), position + done)
    if (bytesRead === 0) throw new Error(`ended ${bytes.length - done} bytes early; it was cut short while being read`)
    done += bytesRead
  }
}

const writeAll = async (handle: FileHandle, bytes: Uint8Array): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, Math.min(bytes.length - done, chunkBytes))).bytesWritten
  }
}

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

const encode = (data: Float32Array, dtype: Header.DType): Uint8Array => {
  if (dtype === "F16") return bytesOf(toFloat16(data))
  return bytesOf(dtype === "BF16" ? toBfloat16(data) : data)
}

const weights = (file: string, handle: FileHandle, dataStart: number, header: Header.Header): Weights => {
  const find = (name: string): Effect.Effect<TensorInfo, SafetensorsError> => {
    const info = header.tensors.get(name)
    return info ? Effect.succeed(info) : Effect.fail(SafetensorsError.of(file, `is not in the file. ${otherModel}`, name))
  }
  const readInto: Weights["readInto"] = Effect.fnUntraced(function*(name, target, shape) {
    const info = yield* find(name)
    if (target.length !== elements(info.shape) || (shape !== undefined && `${shape}` !== `${info.shape}`)) {
      const wanted = shape === undefined ? `${target.length} numbers are` : `[${shape.join(", ")}] is`
      const problem = `has shape [${info.shape.join(", ")}], but ${wanted} expected. ${otherModel}`
      return yield* SafetensorsError.of(file, problem, name)
    }
    const at = dataStart + info.begin
    if (info.dtype === "F32") return yield* attempt(file, () => readAll(handle, bytesOf(target), at))
    if (info.dtype === "F16") return yield* attempt(file, () => readHalves(handle, target, at, fromFloat16))
    if (info.dtype === "BF16") return yield* attempt(file, () => readHalves(handle, target, at, fromBfloat16))
    return yield* SafetensorsError.of(file, `is ${info.dtype}; only F32, F16 and BF16 can be read as weights.`, name)
  })
  return {
    metadata: header.metadata,
    tensors: header.tensors,
    readInto,
    readFloats: Effect.fnUntraced(function*(name) {
      const target = new Float32Array(elements((yield* find(name)).shape))
      yield* readInto(name, target)
      return target
    })
  }
}

const readHalves = async (
  handle: FileHandle,
  target: Float32Array,
  position: number,
  convert: (halves: Uint16Array, target: Float32Array) => Float32Array
): Promise<void> => {
  const halves = new Uint16Array(Math.min(target.length, chunkBytes / 2))
  for (let done = 0; done < target.length; done += halves.length) {
    const part = target.subarray(done, done + halves.length)
    const read = halves.subarray(0, part.length)
    await readAll(handle, bytesOf(read), position + 2 * done)
    convert(read, part)
  }
}

const openShards = Effect.fnUntraced(function*(folder: string, json: unknown) {
  const file = join(folder, "model.safetensors.index.json")
  const { weight_map: map } = yield* Schema.decodeUnknownEffect(Index)(json).pipe(
    Effect.mapError((error) => SafetensorsError.of(file, error.message))
  )
  const names = Array.from(new Set(Object.values(map)))
  const outside = names.find((name) => name === "" || name !== basename(name))
  if (outside !== undefined) {
    return yield* SafetensorsError.of(file, `names the shard ${outside}, which is not a plain file name.`)
  }
  const shards = new Map(
    yield* Effect.forEach(names, (name) => Effect.map(open(join(folder, name)), (shard) => [name, shard] as const))
  )
  const holders = new Map<string, Weights>()
  const tensors = new Map<string, TensorInfo>()
  for (const [tensor, name] of Object.entries(map)) {
    const info = shards.get(name)?.tensors.get(tensor)
    if (!info) {
      return yield* SafetensorsError.of(join(folder, name), "is missing, though the index says it is here.", tensor)
    }
    holders.set(tensor, shards.get(name)!)
    tensors.set(tensor, info)
  }
  const readInto: Weights["readInto"] = (name, target, shape) =>
    within(name, (shard) => shard.readInto(name, target, shape))
  const within = <A>(name: string, read: (shard: Weights) => Effect.Effect<A, SafetensorsError>) => {
    const shard = holders.get(name)
    return shard ? read(shard) : Effect.fail(SafetensorsError.of(file, `is not in the index. ${otherModel}`, name))
  }
  return {
    metadata: Object.assign({}, ...Array.from(shards.values(), ({ metadata }) => metadata)),
    tensors,
    readInto,
    readFloats: (name: string) => within(name, (shard) => shard.readFloats(name))
  }
})
