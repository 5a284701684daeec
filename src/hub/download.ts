/** One file of a repository, fetched into the cache: gone on with after a break, and checked by its hash. */
import type { Hash } from "node:crypto"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { asking } from "./ask.ts"
import { blobOf, link, type Listed, sizeAt } from "./cache.ts"
import { digestFrom, digestOf } from "./digest.ts"
import { isPassing, refusal } from "./hubError.ts"
import { claim } from "./partial.ts"
import { called, type Repository } from "./repository.ts"
import type { Settings } from "./settings.ts"

/** Breaks in a row, without a byte between them, until it is given up; and milliseconds in which something must come. */
const [breaks, silence] = [5, 30_000] as const

export interface Place {
  readonly settings: Settings
  readonly repository: Repository
  readonly commit: string
  readonly signal: AbortSignal
  /** Told of bytes as they come; fewer than none where some were thrown away. */
  readonly came: (bytes: number) => void
}

const urlOf = ({ commit, repository: { name, type }, settings: { endpoint } }: Place, path: string): string =>
  `${endpoint}/${type === "dataset" ? "datasets/" : ""}${name}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`

/** The rest of a file from a byte on, and whether the server begins there: some send all of it whatever is asked. */
const rest = async (place: Place, { etag, path, size }: Listed, from: number) => {
  const { downloadFile } = await import("@huggingface/hub")
  const { repository: { name, type }, settings, signal } = place
  const ask = asking(settings, signal)
  let whole = from === 0
  const answered = Promise.withResolvers<void>()
  const blob = await downloadFile({
    repo: { name, type },
    path,
    hubUrl: settings.endpoint,
    xet: false,
    downloadInfo: { etag, size, url: urlOf(place, path) },
    fetch: (input, init) =>
      ask(input, init).then(
        (response) => {
          whole ||= response.status !== 206
          answered.resolve()
          return response
        },
        (cause: unknown) => {
          answered.reject(cause)
          throw cause
        }
      )
  })
  const stream = (from === 0 ? blob! : blob!.slice(from)).stream()
  await answered.promise
  return { stream, whole }
}

/** Reads on, and throws where nothing comes for long. */
const nextOf = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`nothing came for ${silence / 1000} s`)), silence)
  try {
    return await Promise.race([reader.read(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Appends what is missing of a file to what is there, and gives its hash. Throws where the connection breaks: what came stays. */
const goOn = async (place: Place, file: Listed, partial: string): Promise<Hash> => {
  const had = await sizeAt(partial) ?? 0
  let from = had > file.size ? 0 : had
  let hash = await digestFrom(file, partial)
  if (from === file.size && had === file.size) return hash
  const { stream, whole } = await rest(place, file, from)
  const reader = (stream as ReadableStream<Uint8Array>).getReader()
  const handle = await open(partial, "r+")
  try {
    if (whole || from !== had) {
      await handle.truncate(0)
      place.came(-had)
      ;[from, hash] = [0, digestOf(file)]
    }
    for (let part = await nextOf(reader); part.done !== true; part = await nextOf(reader)) {
      const { length } = part.value
      if (from + length > file.size) throw new Error("more came than the file holds")
      for (let done = 0; done < length;) done += (await handle.write(part.value, done, length - done, from + done)).bytesWritten
      hash.update(part.value)
      from += length
      place.came(length)
    }
    if (from < file.size) throw new Error(`the connection ended after ${from} of ${file.size} bytes`)
    await handle.sync()
    return hash
  } finally {
    await handle.close()
    await reader.cancel().catch(() => {})
  }
}

/** Goes on until all of it is there, as long as something comes between breaks. */
const untilWhole = async (place: Place, file: Listed, partial: string): Promise<string> => {
  for (let failed = 0;;) {
    const before = await sizeAt(partial) ?? 0
    try {
      return (await goOn(place, file, partial)).digest("hex")
    } catch (cause) {
      failed = (await sizeAt(partial) ?? 0) > before ? 0 : failed + 1
      if (place.signal.aborted || !isPassing(cause) || failed > breaks) throw cause
      await wait(200 * 2 ** failed, undefined, { signal: place.signal })
    }
  }
}

/** Fetches a content under its hash, unless it is there: by this process or by another that is at it already. */
const bringBlob = async (place: Place, file: Listed): Promise<void> => {
  const blob = blobOf(place.settings, place.repository, file.etag)
  await mkdir(dirname(blob), { recursive: true })
  for (let tries = 1; await sizeAt(blob) !== file.size;) {
    const partial = await claim(blob)
    if (partial === undefined) {
      await wait(500, undefined, { signal: place.signal })
      continue
    }
    place.came(await sizeAt(partial) ?? 0)
    const digest = await untilWhole(place, file, partial)
    if (digest === file.etag) return await rename(partial, blob)
    await rm(partial)
    place.came(-file.size)
    if (tries++ < 2) continue
    throw refusal(
      place.repository,
      `${file.path} of ${called(place.repository)} came twice with another content than ${place.settings.endpoint} says ` +
        `(${digest}, not ${file.etag}). Something on the way changes it, such as a proxy or a mirror: go around it.`
    )
  }
}

/** Fetches a content, and makes the files of the snapshot that have it. */
export const download = async (place: Place, [file, ...same]: readonly [Listed, ...ReadonlyArray<Listed>]): Promise<void> => {
  await bringBlob(place, file)
  for (const one of [file, ...same]) await link(place.settings, place.repository, place.commit, one)
}
