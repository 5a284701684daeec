/**
 * The beginnings of files that are being fetched, `blobs/HASH.WHO.incomplete`. Each belongs to one process; what a process left behind
 * goes on under the name of the next.
 */
import { createHash } from "node:crypto"
import { readdir, rename, stat, writeFile } from "node:fs/promises"
import { hostname } from "node:os"
import { basename, dirname, join } from "node:path"
import { isRunning } from "../pipeline/isRunning.ts"

/** This machine, in a name. */
const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8)

const ownName = (etag: string): string => `${etag}.${host}-${process.pid}.incomplete`

/**
 * Milliseconds after which nobody writes to a file any more: where its process cannot be asked, and where one of its number lives, which
 * may be quite another by now. The latter waits longer between tries than the former's clock may be off.
 */
const quiet = { elsewhere: 120_000, here: 600_000 } as const

const inUse = async (path: string): Promise<boolean> => {
  const [, machine, pid] = /\.([0-9a-f]{8})-(\d+)\.incomplete$/.exec(path) ?? []
  if (machine === host && (Number(pid) === process.pid || !isRunning(Number(pid)))) return false
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs < (machine === host ? quiet.here : quiet.elsewhere)
}

/** Beginnings of a content: this process's own, those that others write to, and those that nobody does. */
const beginnings = async (blob: string) => {
  const names = (await readdir(dirname(blob))).filter((name) => name.startsWith(`${basename(blob)}.`) && name.endsWith(".incomplete"))
  const own = ownName(basename(blob))
  const paths = names.filter((name) => name !== own).map((name) => join(dirname(blob), name))
  const used = await Promise.all(paths.map(inUse))
  return { own: join(dirname(blob), own), has: names.includes(own), others: paths.filter((_, i) => used[i]), left: paths.filter((_, i) => !used[i]) }
}

/**
 * The file to write a content to, with what has come of it already; undefined while another process is at it. The folder must be
 * there.
 *
 * Two that come at the very same time may both be given one, each its own: that costs time, and no more.
 */
export const claim = async (blob: string): Promise<string | undefined> => {
  const { has, left, others, own } = await beginnings(blob)
  if (others.length > 0 && !has) return undefined
  // a rename succeeds for one of those who try it
  for (const path of has ? [] : left) if (await rename(path, own).then(() => true, () => false)) return own
  await writeFile(own, "", { flag: "a" })
  return own
}
