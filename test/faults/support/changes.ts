/** The changes of files that `shim.c` wrote down, and the disk that a power cut would have left of them. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** A change of a file: created, written, cut to a length, synced, renamed, removed, or a folder made. */
export interface Change {
  readonly kind: "c" | "w" | "t" | "s" | "r" | "u" | "m"
  readonly offset: number
  readonly path: string
  readonly to: string
  readonly bytes: Buffer
}

/** All changes, in the order in which they happened. */
export const readChanges = (file: string): ReadonlyArray<Change> => {
  const log = readFileSync(file)
  const changes: Array<Change> = []
  for (let at = 0; at < log.length;) {
    const end = log.indexOf(10, at)
    const [kind, offset, length, path, to] = log.toString("utf8", at, end).split("\t") as [Change["kind"], string, string, string, string]
    at = end + 1
    const bytes = log.subarray(at, at + (kind === "w" ? Number(length) : 0))
    at += bytes.length
    changes.push({ kind, offset: Number(offset), path, to, bytes })
  }
  return changes
}

/** How a disk forgets. */
export interface Disk {
  /**
   * Whether a sync is one. Then what was synced is there, and of the rest any sectors, and any number of the changes of names, in their order:
   * file systems keep a journal of those.
   */
  readonly honest: boolean
  /** Whether it keeps what came first: then everything is there up to some change, and nothing after it. */
  readonly inOrder: boolean
}

interface Inode {
  readonly changes: Array<Change>
  synced: number
}

/** Sectors are written whole or not at all. */
const sector = 512

const apply = (content: Buffer, { bytes, kind, offset }: Change, kept: () => boolean): Buffer => {
  if (kind === "t") return kept() ? Buffer.concat([content.subarray(0, offset), Buffer.alloc(Math.max(0, offset - content.length))]) : content
  let grown: Buffer = content
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, (Math.floor((offset + from) / sector) + 1) * sector - offset)
    if (kept()) {
      if (grown.length < offset + to) grown = Buffer.concat([grown, Buffer.alloc(offset + to - grown.length)])
      bytes.copy(grown, offset + from, from, to)
    }
    from = to
  }
  return grown
}

/** Where files lie after so many changes of names. */
const names = (changes: ReadonlyArray<{ readonly change: Change; readonly inode: Inode | undefined }>) => {
  const [files, folders] = [new Map<string, Inode>(), new Set<string>()]
  for (const { change: { kind, path, to }, inode } of changes) {
    if (kind === "c") files.set(path, inode!)
    if (kind === "m") folders.add(path)
    if (kind === "u") void (files.delete(path), folders.delete(path))
    if (kind === "r") {
      const moved = files.get(path)
      files.delete(path)
      if (moved !== undefined) files.set(to, moved)
    }
  }
  return { files, folders }
}

const isName = ({ kind }: Change): boolean => "cmru".includes(kind)

/** Puts into the empty folder `target` what is left when the power goes after these changes; `next` draws in [0, 1). */
export const cutPower = (all: ReadonlyArray<Change>, target: string, { honest, inOrder }: Disk, next: () => number): void => {
  const changes = inOrder ? all.slice(0, Math.floor(next() * (all.length + 1))) : all
  const live = new Map<string, Inode>()
  const named: Array<{ readonly change: Change; readonly inode: Inode | undefined }> = []
  let forced = 0
  for (const change of changes) {
    if (change.kind === "c") live.set(change.path, { changes: [], synced: 0 })
    const inode = live.get(change.path)
    if (isName(change)) named.push({ change, inode })
    if (change.kind === "w" || change.kind === "t") inode?.changes.push(change)
    if (change.kind === "r" && inode !== undefined) live.set(change.to, inode)
    if (change.kind === "r" || change.kind === "u") live.delete(change.path)
    if (change.kind === "s" && honest) {
      if (inode !== undefined) inode.synced = inode.changes.length
      const touched = ({ path, to }: Change) =>
        [path, to].some((name) => name === change.path || (name !== "" && dirname(name) === change.path))
      forced = Math.max(forced, named.findLastIndex((one) => touched(one.change)) + 1)
    }
  }
  const kept = inOrder ? named.length : forced + Math.floor(next() * (named.length - forced + 1))
  const { files, folders } = names(named.slice(0, kept))
  for (const folder of folders) mkdirSync(join(target, folder), { recursive: true })
  for (const [path, inode] of files) {
    if (path.endsWith("-shm")) continue // shared memory, which a start makes anew
    const content = inode.changes.reduce<Buffer>(
      (before, change, i) => apply(before, change, inOrder || i < inode.synced ? () => true : () => next() < 0.5),
      Buffer.alloc(0)
    )
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), content)
  }
}
