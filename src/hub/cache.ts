/**
 * The cache that Python's tools share: `models--ORG--NAME/{blobs,refs,snapshots/COMMIT}`, contents by their hashes, snapshots as links to
 * them. What appears under its name is whole.
 *
 * Source: huggingface_hub, "Understand caching".
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises"
import { randomUUID } from "node:crypto"
import { dirname, join, relative } from "node:path"
import { isCommit, type Repository } from "./repository.ts"
import type { Settings } from "./settings.ts"

/** A file of a repository at some commit. */
export interface Listed {
  /** From the root of the repository, with slashes. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Its content's name: sha256 for what LFS holds, the sha1 that git gives to others. */
  readonly etag: string
}

export const folderOf = ({ cache }: Settings, { name, type }: Repository): string =>
  join(cache, `${type}s--${name.replace("/", "--")}`)

export const snapshotOf = (settings: Settings, repository: Repository, commit: string): string =>
  join(folderOf(settings, repository), "snapshots", commit)

export const blobOf = (settings: Settings, repository: Repository, etag: string): string =>
  join(folderOf(settings, repository), "blobs", etag)

/** Bytes of a file, through links; undefined where there is none. */
export const sizeAt = (path: string): Promise<number | undefined> =>
  stat(path).then((found) => found.isFile() ? found.size : undefined, () => undefined)

/** Puts a file in place whole: who reads it meanwhile finds the earlier one, or this. */
const publish = async (path: string, write: (draft: string) => Promise<void>): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.${randomUUID()}`
  try {
    await write(draft)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

/** The commit that a branch or tag was when somebody last asked; undefined where nobody did. */
export const readRef = async (settings: Settings, repository: Repository): Promise<string | undefined> => {
  const text = await readFile(join(folderOf(settings, repository), "refs", repository.revision), "utf8").catch(() => "")
  return isCommit(text.trim()) ? text.trim() : undefined
}

/** Remembers the commit of a branch or tag. Its snapshot must be there, as every tool expects. */
export const writeRef = async (settings: Settings, repository: Repository, commit: string): Promise<void> => {
  if (isCommit(repository.revision) || await readRef(settings, repository) === commit) return
  await publish(join(folderOf(settings, repository), "refs", repository.revision), (draft) => writeFile(draft, commit))
}

/** Makes a file of a snapshot: a link to its content, or a copy where there are no links. */
export const link = async (settings: Settings, repository: Repository, commit: string, { etag, path }: Listed): Promise<void> => {
  const [blob, pointer] = [blobOf(settings, repository, etag), join(snapshotOf(settings, repository, commit), path)]
  await publish(pointer, (draft) => symlink(relative(dirname(pointer), blob), draft).catch(() => copyFile(blob, draft)))
}

const listingOf = (settings: Settings, repository: Repository, commit: string): string =>
  join(folderOf(settings, repository), ".assay", `${commit}.json`)

/** Remembers the files of a commit, so that without the hub it is known what belongs to it. */
export const writeListing = (settings: Settings, repository: Repository, commit: string, files: ReadonlyArray<Listed>): Promise<void> =>
  publish(listingOf(settings, repository, commit), (draft) => writeFile(draft, JSON.stringify(files)))

/** The files of a commit as the hub listed them; undefined where it was never asked from here. */
export const readListing = async (settings: Settings, repository: Repository, commit: string): Promise<ReadonlyArray<Listed> | undefined> => {
  try {
    return JSON.parse(await readFile(listingOf(settings, repository, commit), "utf8")) as ReadonlyArray<Listed>
  } catch {
    return undefined
  }
}

/** The files that a snapshot holds, whoever fetched them; none where there is no snapshot. */
export const filesHeld = async (settings: Settings, repository: Repository, commit: string): Promise<ReadonlyArray<string>> => {
  const root = snapshotOf(settings, repository, commit)
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
}
