import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isEverybodys } from "../../src/pipeline/fileTrouble.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../../src/model/halfFloats.ts"
import * as Safetensors from "../../src/model/Safetensors.ts"
import { headerLength, parseHeader } from "../../src/model/SafetensorsHeader.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "assay-safetensors-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** A file with this header (text or JSON) and so many bytes of data. */
const fileOf = (header: unknown, dataBytes: number, announced?: bigint): Uint8Array => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + json.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, announced ?? BigInt(json.length), true)
  file.set(json, 8)
  return file
}

/** The header's entry of an F32 vector, with changes. */
const tensor = (begin: number, end: number, changes: object = {}) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
  ...changes
})

describe("a safetensors file", () => {
  it.effect("gives back what was written, and puts the data at a multiple of 8 bytes", () =>
    Effect.gen(function*() {
      const file = join(yield* folder, "a.safetensors")
      const floats = Float32Array.of(1, -0, 3.14159, 1e-30, Infinity, NaN)
      yield* Safetensors.write(file, [
        { name: "half", shape: [3], data: Float32Array.of(0.5, -2, 65504), dtype: "F16" },
        { name: "floats", shape: [2, 3], data: floats },
        { name: "brain", shape: [3, 1], data: Float32Array.of(0.5, -2, 3.14159), dtype: "BF16" },
        { name: "none", shape: [0], data: new Float32Array(0) }
      ], { step: "12", model: "tiny" })
      const length = readFileSync(file).readBigUInt64LE()
      assert.strictEqual(length % 8n, 0n)
      const read = yield* Safetensors.open(file)
      assert.deepStrictEqual(read.metadata, { step: "12", model: "tiny" })
      assert.deepStrictEqual(read.tensors.get("floats")!.shape, [2, 3])
      assert.deepStrictEqual(yield* read.readFloats("floats"), floats)
      assert.deepStrictEqual(yield* read.readFloats("half"), Float32Array.of(0.5, -2, 65504))
      assert.deepStrictEqual(yield* read.readFloats("brain"), Float32Array.of(0.5, -2, 3.140625))
      assert.deepStrictEqual(yield* read.readFloats("none"), new Float32Array(0))
    }))

  it.effect("is read into a part of a larger array, across read boundaries", () =>
    Effect.gen(function*() {
      const file = join(yield* folder, "a.safetensors")
      const data = Float32Array.from({ length: (1 << 23) + 5 }, (_, i) => i % 2048)
      yield* Safetensors.write(file, [{ name: "w", shape: [data.length], data, dtype: "F16" }])
      const all = new Float32Array(data.length + 2).fill(-1)
      const read = yield* Safetensors.open(file)
      yield* read.readInto("w", all.subarray(1, -1))
      assert.strictEqual(all[0], -1)
      assert.strictEqual(all.at(-1), -1)
      assert.isTrue(data.every((value, i) => all[i + 1] === value))
    }))

  it.effect("leaves the old file, and nothing else, when a write fails", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const file = join(path, "a.safetensors")
      yield* Safetensors.write(file, [{ name: "w", shape: [1], data: Float32Array.of(1) }])
      const before = readFileSync(file)
      const w = { name: "w", shape: [2], data: Float32Array.of(1) }
      assert.include((yield* Effect.flip(Safetensors.write(file, [w]))).message, "tensor w: has 1 elements")
      const twins = [{ ...w, shape: [1] }, { ...w, shape: [] }]
      assert.include((yield* Effect.flip(Safetensors.write(file, twins))).message, "used twice")
      yield* Effect.flip(Safetensors.write(path, [{ ...w, shape: [1] }]))
      assert.deepStrictEqual(readFileSync(file), before)
      assert.deepStrictEqual(readdirSync(path), ["a.safetensors"])
    }))

  it.effect.skipIf(!existsSync("/dev/full"))("says what to do when the disk is full, and names the folder", () =>
    Effect.gen(function*() {
      const path = yield* folder
      symlinkSync("/dev/full", join(path, `a.safetensors.${process.pid}.partial`)) // where it is written before its name is right
      const w = { name: "w", shape: [1], data: Float32Array.of(1) }
      const error = yield* Effect.flip(Safetensors.write(join(path, "a.safetensors"), [w]))
      assert.match(error.message, /^Weights could not be written to \S+ \(ENOSPC.*\)\. The disk is full\. Free some space and run again/)
      assert.include(error.message, path)
      assert.strictEqual(error.exitCode, 1)
      assert.isTrue(isEverybodys(error))
      assert.deepStrictEqual(readdirSync(path), [])
    }))

  it.effect("refuses what cannot be asked of it, by name", () =>
    Effect.gen(function*() {
      const file = join(yield* folder, "a.safetensors")
      writeFileSync(file, fileOf({ w: tensor(0, 8), i: tensor(8, 12, { dtype: "I32" }) }, 12))
      const read = yield* Safetensors.open(file)
      assert.include((yield* Effect.flip(read.readFloats("x"))).message, "tensor x: is not in the file")
      assert.include((yield* Effect.flip(read.readFloats("i"))).message, "tensor i: is I32")
      assert.include((yield* Effect.flip(read.readInto("w", new Float32Array(3)))).message, "shape [2], but 3 numbers")
    }))
})

describe("a malformed safetensors file", () => {
  const cases: ReadonlyArray<readonly [what: string, file: Uint8Array, message: string]> = [
    ["an empty file", new Uint8Array(0), "too few"],
    ["seven bytes", new Uint8Array(7), "too few"],
    ["an absurd header length", fileOf({}, 0, 2n ** 63n), "this is no safetensors file"],
    ["a header cut short", fileOf({ w: tensor(0, 8) }, 0, 1000n), "it is cut short"],
    ["broken JSON", fileOf("{\"w\": ", 0), "not valid JSON"],
    ["no UTF-8", fileOf({}, 0).fill(0xff, 8), "not valid JSON"],
    ["an array", fileOf([], 0), "not a JSON object"],
    ["metadata of numbers", fileOf({ __metadata__: { step: 1 } }, 0), "__metadata__"],
    ["an entry that is no object", fileOf({ w: 3 }, 0), "tensor w"],
    ["an unknown type", fileOf({ w: tensor(0, 8, { dtype: "F3" }) }, 8), "tensor w"],
    ["a negative size", fileOf({ w: tensor(0, 8, { shape: [-2] }) }, 8), "tensor w"],
    ["a fraction", fileOf({ w: tensor(0, 8, { data_offsets: [0, 8.5] }) }, 8), "tensor w"],
    ["a shape that needs more bytes", fileOf({ w: tensor(0, 8, { shape: [3] }) }, 8), "takes 12 bytes"],
    ["a shape beyond any memory", fileOf({ w: tensor(0, 8, { shape: [2 ** 50, 2 ** 50, 2 ** 50] }) }, 8), "tensor w"],
    ["offsets the wrong way round", fileOf({ w: tensor(8, 0, { shape: [2] }) }, 8), "tensor w"],
    ["overlapping tensors", fileOf({ a: tensor(0, 8), b: tensor(4, 12) }, 12), "tensor b: starts at byte 4, inside"],
    ["a gap", fileOf({ a: tensor(0, 8), b: tensor(12, 16) }, 16), "tensor b: starts at byte 12, which leaves a gap"],
    ["data cut short", fileOf({ a: tensor(0, 8) }, 4), "tensor a: ends at byte 8"],
    ["data that no tensor holds", fileOf({ a: tensor(0, 8) }, 12), "its tensors end at 8"]
  ]

  it.effect.each(cases)("is refused: %s", ([, bytes, message]) =>
    Effect.gen(function*() {
      const file = join(yield* folder, "bad.safetensors")
      writeFileSync(file, bytes)
      const error = yield* Effect.flip(Safetensors.open(file))
      assert.strictEqual(error._tag, "SafetensorsError")
      assert.strictEqual(error.exitCode, 3)
      assert.include(error.message, file)
      assert.include(error.message, message)
    }))

  it("never gets past the parser with a tensor outside the data, whatever bytes are changed", () => {
    const valid = fileOf({ __metadata__: { a: "b" }, v: tensor(0, 8), w: tensor(8, 32, { shape: [2, 3] }) }, 32)
    const draw = Random.stream(Random.key(3))
    const below = (n: number) => Math.floor(draw() * n)
    let refused = 0
    for (let i = 0; i < 5000; i++) {
      const bytes = valid.slice(0, draw() < 0.2 ? below(valid.length) : valid.length)
      const spots = 1 + below(3)
      for (let j = 0; j < spots; j++) bytes[below(bytes.length)] = draw() < 0.5 ? below(256) : 0x30 + below(10)
      const header = Result.flatMap(headerLength("f", bytes, bytes.length), (length) =>
        parseHeader("f", bytes.subarray(8, 8 + length), bytes.length - 8 - length))
      if (Result.isFailure(header)) {
        refused++
        assert.strictEqual(header.failure._tag, "SafetensorsError")
      } else {
        for (const { begin, end } of header.success.tensors.values()) {
          assert.isTrue(0 <= begin && begin <= end && end <= 32)
        }
      }
    }
    assert.isAbove(refused, 2500)
  })
})

describe("a sharded model", () => {
  const shards = Effect.gen(function*() {
    const path = yield* folder
    yield* Safetensors.write(join(path, "one.safetensors"), [{ name: "a", shape: [1], data: Float32Array.of(1) }])
    yield* Safetensors.write(join(path, "two.safetensors"), [{ name: "b", shape: [1], data: Float32Array.of(2) }])
    return path
  })
  const index = (path: string, map: unknown) =>
    writeFileSync(join(path, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map: map }))

  it.effect("is read as one", () =>
    Effect.gen(function*() {
      const path = yield* shards
      index(path, { a: "one.safetensors", b: "two.safetensors" })
      const read = yield* Safetensors.openFolder(path)
      assert.deepStrictEqual([...read.tensors.keys()], ["a", "b"])
      assert.deepStrictEqual(yield* read.readFloats("b"), Float32Array.of(2))
      assert.include((yield* Effect.flip(read.readFloats("c"))).message, "tensor c: is not in the index")
    }))

  it.effect("names a missing shard, a misplaced tensor and a shard outside the folder", () =>
    Effect.gen(function*() {
      const path = yield* shards
      index(path, { a: "three.safetensors" })
      assert.include((yield* Effect.flip(Safetensors.openFolder(path))).message, "three.safetensors: is missing")
      index(path, { a: "two.safetensors" })
      assert.include((yield* Effect.flip(Safetensors.openFolder(path))).message, "two.safetensors, tensor a")
      index(path, { a: "../one.safetensors" })
      assert.include((yield* Effect.flip(Safetensors.openFolder(path))).message, "not a plain file name")
      index(path, [1])
      assert.include((yield* Effect.flip(Safetensors.openFolder(path))).message, "weight_map")
    }))

  it.effect("may also be one file, and says so when there is none", () =>
    Effect.gen(function*() {
      const path = yield* folder
      assert.include((yield* Effect.flip(Safetensors.openFolder(path))).message, "model.safetensors: is missing")
      yield* Safetensors.write(join(path, "model.safetensors"), [{ name: "a", shape: [1], data: Float32Array.of(1) }])
      assert.strictEqual((yield* Safetensors.openFolder(path)).tensors.size, 1)
      index(path, { a: "left-over-00001-of-00002.safetensors" })
      assert.strictEqual((yield* Safetensors.openFolder(path)).tensors.size, 1)
    }))
})

describe.each([
  {
    name: "float16",
    to: toFloat16,
    from: fromFloat16,
    infinity: 0x7c00,
    known: [[0x3c00, 1], [0x0001, 2 ** -24], [0x0400, 2 ** -14], [0x7bff, 65504], [0xc000, -2]]
  },
  {
    name: "bfloat16",
    to: toBfloat16,
    from: fromBfloat16,
    infinity: 0x7f80,
    known: [[0x3f80, 1], [0x0080, 2 ** -126], [0x0001, 2 ** -133], [0xc000, -2], [0x4049, 3.140625]]
  }
])("$name", ({ to, from, infinity, known }) => {
  const decode = (halves: Uint16Array) => from(halves, new Float32Array(halves.length))

  it("reads known patterns", () => {
    for (const [bits, value] of known) assert.strictEqual(decode(Uint16Array.of(bits!))[0], value)
  })

  it("gives back every pattern, and every NaN as a NaN", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const values = decode(all)
    const back = to(values)
    for (const bits of all) {
      if (Number.isNaN(values[bits])) assert.isTrue((back[bits]! & 0x7fff) > infinity, `pattern ${bits}`)
      else assert.strictEqual(back[bits], bits)
    }
    assert.strictEqual(values.filter((value) => Number.isNaN(value)).length, 2 * (0x7fff - infinity))
  })

  it("rounds to the nearest number it has, ties to even, of either sign", () => {
    const numbers = decode(Uint16Array.from({ length: infinity }, (_, i) => i))
    const middles = numbers.map((value, i) => {
      const gap = i + 1 < infinity ? numbers[i + 1]! - value : value - numbers[i - 1]!
      return value + gap / 2
    })
    const step = (sign: number) => {
      const nextTo = Float32Array.from(middles)
      const bits = new Int32Array(nextTo.buffer)
      bits.forEach((_, i) => bits[i]! += sign)
      return nextTo
    }
    const below = to(step(-1))
    const tie = to(middles)
    const negative = to(middles.map((value) => -value))
    const above = to(step(1))
    for (let i = 0; i < infinity; i++) {
      assert.strictEqual(below[i], i)
      assert.strictEqual(tie[i], i % 2 === 0 ? i : i + 1)
      assert.strictEqual(negative[i], tie[i]! | 0x8000)
      assert.strictEqual(above[i], i + 1)
    }
  })
})
