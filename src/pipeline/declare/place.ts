/** Places in a user's own files, as stacks tell them. */
import { dirname, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of this program's code. */
const own = dirname(dirname(dirname(fileURLToPath(import.meta.url)))) + sep

/** A file, or the URL of one, as a person calls it: from the working folder where it lies below it. */
export const called = (file: string): string => {
  const path = file.startsWith("file:") ? fileURLToPath(file) : file
  const here = relative(process.cwd(), path)
  return here.startsWith("..") ? path : here
}

/** Node's own files, `node:fs`, are nobody's here: a path begins after a blank or a bracket. */
const frame = /(?:^|[\s(])((?:file:\/\/)?\/[^()]+?):(\d+):\d+\)?$/

/** `my-study.ts:12`: the innermost line of a stack that is neither this program's nor a package's. Undefined if none. */
export const callerOf = (error: Error): string | undefined => {
  for (const line of (error.stack ?? "").split("\n")) {
    const [, url, row] = frame.exec(line.trim()) ?? []
    if (url === undefined) continue
    const file = url.startsWith("file:") ? fileURLToPath(url) : url
    if (file.startsWith(own) || file.includes(`${sep}node_modules${sep}`)) continue
    return `${called(file)}:${row}`
  }
  return undefined
}

const makers = new Map<string, string | undefined>()

/** The same for what makes a part of a study; remembered by stack, as the parts of all cells are made in few places. */
export const makerOf = (error: Error): string | undefined => {
  const { stack = "" } = error
  if (!makers.has(stack)) makers.set(stack, callerOf(error))
  return makers.get(stack)
}
