/** Which files of a commit are wanted, and which of them are still to come. */
import { join } from "node:path"
import { blobOf, filesHeld, type Listed, readListing, sizeAt, snapshotOf, writeListing } from "./cache.ts"
import { type HubError, isPassing, refusal } from "./hubError.ts"
import { filesAt } from "./list.ts"
import { called, type Repository } from "./repository.ts"
import type { Settings } from "./settings.ts"

/** Which files of a repository are wanted. */
export interface Choice {
  /** In words. */
  readonly what: string
  readonly pick: (paths: ReadonlyArray<string>) => ReadonlyArray<string>
  /** What is missing among those that were picked of these; undefined if nothing. */
  readonly lacks: (picked: ReadonlyArray<string>, paths: ReadonlyArray<string>) => string | undefined
}

export interface Chosen {
  readonly picked: ReadonlyArray<string>
  /** Those that are not in the cache. */
  readonly missing: ReadonlyArray<Listed>
  /** Those whose content is, from another commit. */
  readonly known: ReadonlyArray<Listed>
}

/** That something is wanted which only the hub has, and may not be asked for. */
export const notCached = (settings: Settings, repository: Repository, what: string): HubError =>
  refusal(
    repository,
    `HF_HUB_OFFLINE is set, and the cache in ${settings.cache} lacks ${what} of ${called(repository)} (${repository.revision}). ` +
      "Run once without it, or name a folder."
  )

/** Whether of every file that is one of several, as `-00001-of-00002` says, the others are there. */
export const isWhole = (paths: ReadonlyArray<string>): boolean => {
  const there = new Set(paths)
  return paths.every((path) => {
    const [, count] = /-\d{5}-of-(\d{5})\./.exec(path) ?? []
    const shard = (index: number) => path.replace(/-\d{5}-of-/, `-${String(index).padStart(5, "0")}-of-`)
    const first = there.has(shard(0)) ? 0 : 1 // shards of models count from 1, those of data from 0
    return Array.from({ length: Number(count ?? 0) }, (_, i) => shard(first + i)).every((path) => there.has(path))
  })
}

/** The files that the hub lists; undefined where it cannot be reached and `enough` is there without it. */
const listed = async (settings: Settings, repository: Repository, commit: string, enough: boolean, signal: AbortSignal) => {
  const known = await readListing(settings, repository, commit)
  if (known !== undefined || (settings.offline && enough)) return known
  try {
    const files = await filesAt(settings, repository, commit, signal)
    await writeListing(settings, repository, commit, files).catch(() => {}) // of a cache that may only be read
    return files
  } catch (cause) {
    if (enough && isPassing(cause) && !signal.aborted) return undefined
    throw cause
  }
}

/** The files that are not as long as they should be at a place. */
const without = async (files: ReadonlyArray<Listed>, placeOf: (file: Listed) => string): Promise<ReadonlyArray<Listed>> => {
  const sizes = await Promise.all(files.map((file) => sizeAt(placeOf(file))))
  return files.filter(({ size }, i) => sizes[i] !== size)
}

/** Fetches nothing but the list of the commit's files, and that once. What another tool fetched is taken as it is. */
export const choose = async (
  settings: Settings,
  repository: Repository,
  commit: string,
  { lacks, pick, what }: Choice,
  signal: AbortSignal
): Promise<Chosen> => {
  const there = await filesHeld(settings, repository, commit)
  const held = pick(there)
  const enough = held.length > 0 && lacks(held, there) === undefined && isWhole(held)
  if (settings.offline && !enough) throw notCached(settings, repository, lacks(held, there) ?? what)
  const files = await listed(settings, repository, commit, enough, signal)
  if (files === undefined) return { picked: held, missing: [], known: [] }
  const paths = files.map(({ path }) => path)
  const picked = pick(paths)
  const lacking = lacks(picked, paths) ?? (picked.length === 0 ? what : undefined)
  if (lacking !== undefined) {
    const message = `${called(repository)} holds no ${lacking} at ${repository.revision} (${commit}). ${settings.endpoint} shows what it holds.`
    throw refusal(repository, message)
  }
  const isPicked = new Set(picked)
  const wanted = files.filter(({ path }) => isPicked.has(path))
  const unlinked = await without(wanted, ({ path }) => join(snapshotOf(settings, repository, commit), path))
  const missing = await without(unlinked, ({ etag }) => blobOf(settings, repository, etag))
  if (settings.offline && missing.length > 0) throw notCached(settings, repository, missing[0]!.path)
  return { picked, missing, known: unlinked.filter((file) => !missing.includes(file)) }
}
