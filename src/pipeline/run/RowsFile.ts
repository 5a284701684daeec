/**
 * Files of rows: blocks of JSON lines, each compressed, and an index of them at the end.
 *
 *     block*  index  index length (8 bytes, little endian)  "ASSYROWS"
 *
 * The index holds whatever goes with the rows too, so that a stage's result is one file. A file is read by index without
 * unpacking more than the blocks that hold the wanted rows.
 */
import { copyFile, type FileHandle, open as openFile } from "node:fs/promises"
import { zstdCompressSync, zstdDecompressSync } from "node:zlib"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { NotCanonical } from "../Errors.ts"
import { troubleOf } from "../fileTrouble.ts"
import * as Rows from "../Rows.ts"
import { checkCarried } from "./carried.ts"

const magic = Buffer.from("ASSYROWS")
const tail = 8 + magic.length

/** Characters of JSON a block: large enough to compress well, small enough to unpack for one row. */
const blockSize = 1 << 18

/** Unpacked blocks that a reader keeps, about 32 MB of text. */
const kept = 64

/** Rows that are read at once: with few of them alive, garbage is still young when it is collected. */
const some = 64

interface Index {
  readonly size: number
  /** Of each block: where it starts, its length in bytes, and the place of its first row. */
  readonly blocks: ReadonlyArray<readonly [start: number, length: number, first: number]>
  /** What goes with the rows. */
  readonly head: unknown
}

const failed = (path: string) => (cause: unknown) =>
  cause instanceof Rows.RowsError ? cause : new Rows.RowsError({
    message: `The rows in ${path} cannot be read or written ${troubleOf(cause)}`,
    cause
  })

const attempt = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, Rows.RowsError> =>
  Effect.tryPromise({ try: work, catch: failed(path) })

/** A row that JSON would bend is no trouble of the file, but a fault of whoever made it. */
const dying = <A>(work: Effect.Effect<A, Rows.RowsError>): Effect.Effect<A, Rows.RowsError> =>
  Effect.catchIf(work, ({ cause }) => cause instanceof NotCanonical, ({ cause }) => Effect.die(cause))

const putIndex = async (file: FileHandle, position: number, index: Index): Promise<void> => {
  const text = zstdCompressSync(JSON.stringify(index))
  const end = Buffer.alloc(8)
  end.writeBigUInt64LE(BigInt(text.length))
  const bytes = Buffer.concat([text, end, magic])
  await file.write(bytes, 0, bytes.length, position)
}

/** A new file that rows are added to, block by block, dying with `NotCanonical` of one that JSON would bend; at last the index with what goes with them. */
export interface Writer {
  readonly add: (rows: ReadonlyArray<unknown>) => Effect.Effect<void, Rows.RowsError>
  readonly finish: (head: unknown) => Effect.Effect<void, Rows.RowsError>
}

export const create = (path: string): Effect.Effect<Writer, Rows.RowsError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(attempt(path, () => openFile(path, "w")), (file) => Effect.promise(() => file.close())),
    (file) => {
      const blocks: Array<readonly [number, number, number]> = []
      let [lines, length, size, position, first] = [[] as Array<string>, 0, 0, 0, 0]
      const flush = async (): Promise<void> => {
        const block = zstdCompressSync(lines.join("\n"))
        await file.write(block, 0, block.length, position)
        blocks.push([position, block.length, first])
        ;[lines, length, first, position] = [[], 0, size, position + block.length]
      }
      const add = async (rows: ReadonlyArray<unknown>): Promise<void> => {
        for (const row of rows) {
          checkCarried(row, `row ${size}`)
          const line = JSON.stringify(row)
          lines.push(line)
          length += line.length + 1
          size++
          if (length >= blockSize) await flush()
        }
      }
      const finish = async (head: unknown): Promise<void> => {
        if (lines.length > 0) await flush()
        await putIndex(file, position, { size, blocks, head })
      }
      return { add: (rows) => dying(attempt(path, () => add(rows))), finish: (head) => attempt(path, () => finish(head)) }
    }
  )

/** The files behind the rows that were opened, so that storing them again need not unpack them. */
const behind = new WeakMap<Rows.Rows<unknown>, { readonly path: string; readonly index: Index }>()

/** Writes rows, wherever they are, and what goes with them into a new file. */
export const store = (path: string, rows: Rows.Rows<unknown>, head: unknown): Effect.Effect<void, Rows.RowsError> => {
  const source = behind.get(rows)
  if (source === undefined) {
    return Effect.scoped(
      Effect.flatMap(create(path), ({ add, finish }) => Effect.andThen(Stream.runForEach(rows.chunks, add), finish(head)))
    )
  }
  return attempt(path, async () => {
    await copyFile(source.path, path)
    const file = await openFile(path, "r+")
    try {
      const [start, length] = source.index.blocks.at(-1) ?? [0, 0]
      await file.truncate(start + length)
      await putIndex(file, start + length, { ...source.index, head })
    } finally {
      await file.close()
    }
  })
}

const readAt = async (path: string, places: ReadonlyArray<readonly [start: number, length: number]>) => {
  const file = await openFile(path)
  try {
    const pieces: Array<Buffer> = []
    for (const [start, length] of places) {
      const piece = Buffer.allocUnsafe(length)
      const { bytesRead } = await file.read(piece, 0, length, start)
      if (bytesRead !== length) throw new Error("the file is cut short")
      pieces.push(piece)
    }
    return pieces
  } finally {
    await file.close()
  }
}

const readIndex = async (path: string): Promise<Index> => {
  const file = await openFile(path)
  const { size } = await file.stat().finally(() => file.close())
  const [end] = await readAt(path, [[Math.max(0, size - tail), Math.min(tail, size)]])
  if (end!.length < tail || !end!.subarray(8).equals(magic)) throw new Error("it is no file of rows")
  const length = Number(end!.readBigUInt64LE())
  const [text] = await readAt(path, [[size - tail - length, length]])
  return JSON.parse(zstdDecompressSync(text!).toString()) as Index
}

const linesOf = (block: Buffer): ReadonlyArray<string> => zstdDecompressSync(block).toString().split("\n")

/** The values of lines, some at a time and not before they are asked for. */
const parsed = (path: string, lines: ReadonlyArray<string>): Stream.Stream<ReadonlyArray<unknown>, Rows.RowsError> =>
  Stream.mapEffect(Stream.range(0, Math.ceil(lines.length / some) - 1, 1), (i) =>
    Effect.try({
      try: () => lines.slice(i * some, (i + 1) * some).map((line) => JSON.parse(line) as unknown),
      catch: failed(path)
    }))

/** Opens a file of rows: the rows, and what went with them. */
export const open = (path: string): Effect.Effect<{ readonly rows: Rows.Rows<unknown>; readonly head: unknown }, Rows.RowsError> =>
  Effect.map(attempt(path, () => readIndex(path)), (index) => {
    const { blocks, head, size } = index
    const unpacked = new Map<number, ReadonlyArray<string>>()
    const remember = (block: number, lines: ReadonlyArray<string>): ReadonlyArray<string> => {
      unpacked.delete(block)
      unpacked.set(block, lines)
      if (unpacked.size > kept) unpacked.delete(unpacked.keys().next().value!)
      return lines
    }
    const blockOf = (place: number): number => {
      if (!(place >= 0 && place < size)) throw new Error(`there is no row ${place}; it has ${size}`)
      let [low, high] = [0, blocks.length - 1]
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (blocks[middle]![2] <= place) low = middle
        else high = middle - 1
      }
      return low
    }
    const at = async (places: ReadonlyArray<number>): Promise<ReadonlyArray<unknown>> => {
      const wanted = new Map<number, ReadonlyArray<string>>()
      const of = places.map(blockOf)
      for (const block of of) {
        const lines = unpacked.get(block)
        if (lines !== undefined) wanted.set(block, remember(block, lines))
      }
      const absent = [...new Set(of)].filter((block) => !wanted.has(block))
      const read = await readAt(path, absent.map((block) => [blocks[block]![0], blocks[block]![1]]))
      absent.forEach((block, i) => wanted.set(block, remember(block, linesOf(read[i]!))))
      return places.map((place, i) => JSON.parse(wanted.get(of[i]!)![place - blocks[of[i]!]![2]]!) as unknown)
    }
    const rows = Rows.make<unknown>({
      size,
      at: (places) => attempt(path, () => at(places)),
      chunks: Stream.flatMap(Stream.fromIterable(blocks), ([start, length]) =>
        Stream.unwrap(Effect.map(attempt(path, () => readAt(path, [[start, length]])), ([block]) => parsed(path, linesOf(block!)))))
    })
    behind.set(rows, { path, index })
    return { rows, head }
  })
