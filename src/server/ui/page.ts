/** The files of the page, read once: what is served later is looked up in this list, and no path reaches the disk. */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { HttpError } from "../http/answers.ts"
import { ofPage } from "./headers.ts"

interface File {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly zipped: Uint8Array<ArrayBuffer>
  readonly etag: string
  /** Its name holds a hash of its content: it never changes. */
  readonly hashed: boolean
}

export type Page = ReadonlyMap<string, File>

const types: { readonly [ending: string]: string } = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2"
}

/** Where the build puts the page, seen from sources as from the package. */
export const pageFolder = fileURLToPath(new URL("../../../ui/dist", import.meta.url))

/** What the build names by content lies here. */
const hashedFolder = "/assets/"

const read = (path: string, name: string): File => {
  const bytes = new Uint8Array(readFileSync(path))
  return {
    type: types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    bytes,
    zipped: new Uint8Array(gzipSync(bytes)),
    etag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`,
    hashed: name.startsWith(hashedFolder)
  }
}

/** Plain files below a folder; `recursive` of Node would follow links out of it. */
const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })

/** Reads every plain file below a folder, by its path in URLs; links are left out. Empty where there is no page. */
export const readPage = (folder: string): Page => {
  if (!existsSync(join(folder, "index.html"))) return new Map()
  return new Map(filesBelow(folder).map((path) => {
    const name = `/${relative(folder, path).replaceAll(sep, "/")}`
    return [name, read(path, name)] as const
  }))
}

const nothing = (path: string): HttpError => new HttpError({ status: 404, message: `there is nothing at ${path}` })

/** A path of the page's own, which its script makes a view of: its last part has no ending. */
const isView = (path: string): boolean => !path.slice(path.lastIndexOf("/")).includes(".")

/** The file that a path stands for. Throws `HttpError`. */
const fileAt = (page: Page, path: string): File => {
  const file = page.get(isView(path) ? "/index.html" : path)
  if (file === undefined) throw nothing(path)
  return file
}

/** Answers a request for a file of the page. Throws `HttpError`. */
export const answerFile = (page: Page, request: Request, path: string): Response => {
  const file = fileAt(page, path)
  const headers = {
    ...ofPage,
    etag: file.etag,
    vary: "accept-encoding",
    "cache-control": file.hashed ? "public, max-age=31536000, immutable" : "no-cache"
  }
  if (request.headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers })
  const zips = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")
  return new Response(request.method === "HEAD" ? null : zips ? file.zipped : file.bytes, {
    headers: { ...headers, "content-type": file.type, ...(zips ? { "content-encoding": "gzip" } : {}) }
  })
}
