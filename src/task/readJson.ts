/** JSON files of any size, read piece by piece. */
import { reasonOf } from "../pipeline/reason.ts"
import { DataError } from "./dataError.ts"
import { openFile } from "./regularFile.ts"
import { type Key, NotJson, type Piece, splitter } from "./splitJson.ts"

/** Bytes that are read at once, and those that are looked at: what few of them hold is young when it becomes garbage. */
const [block, some] = [1 << 20, 1 << 16] as const

const unreadable = (path: string, cause: unknown): DataError =>
  new DataError({ path, message: `${path} cannot be read (${reasonOf(cause)}). Check the path.`, cause })

const notJson = (path: string, cause: unknown): DataError =>
  cause instanceof NotJson
    ? new DataError({ path, message: `${path} is not JSON (${cause.message}). Download or write it again.`, cause })
    : unreadable(path, cause)

/** The bytes of a file, some at a time, each time in the same memory. Throws `DataError`. */
export const bytesOf = async function*(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    const bytes = Buffer.alloc(block)
    for (;;) {
      const { bytesRead } = await file.read(bytes, 0, block, null).catch((cause: unknown) => {
        throw unreadable(path, cause)
      })
      if (bytesRead === 0) return
      for (let from = 0; from < bytesRead; from += some) yield bytes.subarray(from, Math.min(from + some, bytesRead))
    }
  } finally {
    await file.close()
  }
}

/**
 * What a JSON file holds, piece by piece; `wanted` as for `splitter`. `bytes` are those of the file unless given, and
 * `path` is what messages call it. Throws `DataError`, naming file and place.
 */
export const readJson = async function*(
  path: string,
  wanted: (key: Key) => boolean = () => true,
  bytes: AsyncIterable<Uint8Array> = bytesOf(path)
): AsyncGenerator<Piece> {
  const { end, push } = splitter(wanted)
  try {
    for await (const some of bytes) yield* push(some)
    yield* end()
  } catch (cause) {
    throw cause instanceof DataError ? cause : notJson(path, cause)
  }
}
