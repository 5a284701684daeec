/** Places in a user's own files, as stacks tell them. */
import { dirname, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of this program's code. */
const own = dirname(dirname(dirname(fileURLToPath(import.meta.url)))) + sep

const frame = /\(?((?:file:\/\/)?\/[^()]+?):(\d+):\d+\)?$/

/** `my-study.ts:12`: the innermost line of a stack that is neither this program's nor a package's. Undefined if none. */
export const callerOf = (error: Error): string | undefined => {
  for (const line of (error.stack ?? "").split("\n")) {
    const [, url, row] = frame.exec(line.trim()) ?? []
    if (url === undefined) continue
    const file = url.startsWith("file:") ? fileURLToPath(url) : url
    if (file.startsWith(own) || file.includes(`${sep}node_modules${sep}`)) continue
    const here = relative(process.cwd(), file)
    return `${here.startsWith("..") ? file : here}:${row}`
  }
  return undefined
}
