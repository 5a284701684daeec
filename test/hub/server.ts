/**
 * A server of the hub's shapes, on loopback: what it says of revisions and files, and files themselves, those of LFS from another host. It can
 * be made to break. The shapes are those that `@huggingface/hub` and Python's `huggingface_hub` read.
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"

/** Contents by path. */
export type Files = { readonly [path: string]: Buffer }

export interface Repository {
  /** Files by commit. */
  readonly commits: Map<string, Files>
  /** Commits by branch. */
  readonly refs: Map<string, string>
  /** Who has no token gets no file. */
  gated?: boolean
  /** Who has no token is told that it does not exist. */
  private?: boolean
}

/** What goes wrong with a request: an answer of this status instead, or a body that ends after so many bytes, or has another content. */
export interface Fault {
  readonly status?: number
  readonly headers?: { readonly [name: string]: string }
  readonly cutAfter?: number
  /** The same, but that nothing comes any more. */
  readonly stallAfter?: number
  readonly garbled?: boolean
  /** All of the file, whatever part was asked for. */
  readonly whole?: boolean
}

export interface Hub {
  readonly url: string
  /** By `models/ORG/NAME` and `datasets/ORG/NAME`. */
  readonly repositories: Map<string, Repository>
  /** Requests so far, such as `GET /api/models/a/b/revision/main`, and `bytes 5-` behind those for a part. */
  readonly requests: Array<string>
  /** Authorization of requests to the host of large files. */
  readonly shownToStore: Array<string | undefined>
  /** Asked before each answer; the request as it stands in `requests`. */
  fault: (request: string) => Fault | undefined
  readonly close: () => Promise<void>
}

const hash = (algorithm: string, ...parts: ReadonlyArray<string | Buffer>): string => {
  const digest = createHash(algorithm)
  for (const part of parts) digest.update(part)
  return digest.digest("hex")
}

/** LFS takes what is large, and what is no text. */
const isLarge = (path: string): boolean => /\.(safetensors|parquet|zip|jpg|png)$/.test(path)

const oidOf = (bytes: Buffer): string => hash("sha1", `blob ${bytes.length}\0`, bytes)
const sha256Of = (bytes: Buffer): string => hash("sha256", bytes)

export const etagOf = (path: string, bytes: Buffer): string => isLarge(path) ? sha256Of(bytes) : oidOf(bytes)

/** A commit of some files, as the head of a branch. */
export const commit = (hub: Hub, name: string, files: Files, branch = "main"): string => {
  const repository = hub.repositories.get(name) ?? { commits: new Map(), refs: new Map() }
  hub.repositories.set(name, repository)
  const sha = hash("sha1", name, ...Object.entries(files).flatMap(([path, bytes]) => [path, bytes]))
  repository.commits.set(sha, files)
  repository.refs.set(branch, sha)
  return sha
}

/** The files of a folder. */
export const filesIn = (folder: string): Files =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))

const json = (response: ServerResponse, status: number, body: unknown, headers: { readonly [name: string]: string } = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
}

const refuse = (response: ServerResponse, status: number, code: string, message: string) =>
  json(response, status, { error: message }, { "x-error-code": code, "x-error-message": message })

/** Sends a content, or the part that was asked for, or what the fault leaves of it. */
const send = (request: IncomingMessage, response: ServerResponse, content: Buffer, fault: Fault | undefined, headers: { readonly [name: string]: string }) => {
  const bytes = fault?.garbled === true ? Buffer.from(content.map((byte) => byte ^ 1)) : content
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(fault?.whole === true ? "" : request.headers.range ?? "") ?? []
  const [start, end] = [Number(from ?? 0), to === undefined || to === "" ? bytes.length : Math.min(bytes.length, Number(to) + 1)]
  const part = bytes.subarray(start, end)
  response.writeHead(from === undefined ? 200 : 206, {
    ...headers,
    "accept-ranges": "bytes",
    "content-length": String(part.length),
    ...(from === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` })
  })
  if (request.method === "HEAD") return response.end()
  if (fault?.stallAfter !== undefined) return response.write(part.subarray(0, fault.stallAfter))
  if (fault?.cutAfter === undefined) return response.end(part)
  return response.write(part.subarray(0, fault.cutAfter), () => setTimeout(() => response.destroy(), 20))
}

const pageSize = 4

/** The tree of a commit, some files a page, as the hub does with a thousand. */
const tree = (request: URL, files: Files, response: ServerResponse, url: string) => {
  const from = Number(request.searchParams.get("cursor") ?? 0)
  const folders = [...new Set(Object.keys(files).flatMap((path) => path.includes("/") ? [path.slice(0, path.lastIndexOf("/"))] : []))]
  const entries = [
    ...folders.map((path) => ({ type: "directory", oid: hash("sha1", path), size: 0, path })),
    ...Object.entries(files).map(([path, bytes]) => ({
      type: "file",
      oid: isLarge(path) ? hash("sha1", path) : oidOf(bytes),
      size: bytes.length,
      path,
      ...(isLarge(path) ? { lfs: { oid: sha256Of(bytes), size: bytes.length, pointerSize: 130 } } : {})
    }))
  ]
  const next = new URL(request.pathname, url)
  next.search = `?recursive=true&cursor=${from + pageSize}`
  json(response, 200, entries.slice(from, from + pageSize), from + pageSize < entries.length ? { link: `<${next}>; rel="next"` } : {})
}

export const start = async (): Promise<Hub> => {
  const server = createServer((request, response) => {
    const asked = new URL(request.url!, hub.url)
    const path = decodeURIComponent(asked.pathname)
    const line = `${request.method} ${path}${request.headers.range === undefined ? "" : ` ${request.headers.range.replace("=", " ")}`}`
    hub.requests.push(line)
    const fault = hub.fault(line)
    if (fault?.status !== undefined) return json(response, fault.status, { error: "as the test wants" }, fault.headers)
    const stored = /^\/store\/(.*)$/.exec(path)
    if (stored !== null) {
      hub.shownToStore.push(request.headers.authorization)
      const all = [...hub.repositories.values()].flatMap(({ commits }) => [...commits.values()].flatMap((files) => Object.values(files)))
      return send(request, response, all.find((bytes) => sha256Of(bytes) === stored[1])!, fault, {})
    }
    const api = /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(path)
    const resolve = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path)
    const name = api !== null ? `${api[1]}/${api[2]}` : `${resolve?.[1] ?? "models/"}${resolve?.[2]}`
    const repository = hub.repositories.get(name)
    const known = request.headers.authorization === "Bearer hf_good"
    if (repository === undefined || (repository.private === true && !known)) {
      return refuse(response, known ? 404 : 401, "RepoNotFound", "Repository not found")
    }
    const revision = (api?.[4] ?? resolve?.[3])!
    const sha = repository.refs.get(revision) ?? revision
    const files = repository.commits.get(sha)
    if (files === undefined) return refuse(response, 404, "RevisionNotFound", `Invalid rev id: ${revision}`)
    if (api?.[3] === "revision") {
      return json(response, 200, { _id: "1", id: api[2], sha, private: false, gated: repository.gated === true && "auto", lastModified: "2026-01-01T00:00:00Z", siblings: [], tags: [], downloads: 0, likes: 0 })
    }
    if (api?.[3] === "tree") return tree(asked, files, response, hub.url)
    if (repository.gated === true && !known) return refuse(response, 403, "GatedRepo", "Access to this repository is restricted")
    const content = files[resolve![4]!]
    if (content === undefined) return refuse(response, 404, "EntryNotFound", "Entry not found")
    const headers = { "x-repo-commit": sha, etag: `"${etagOf(resolve![4]!, content)}"` }
    if (!isLarge(resolve![4]!)) return send(request, response, content, fault, headers)
    const { port } = server.address() as AddressInfo
    response.writeHead(302, {
      ...headers,
      "x-linked-etag": headers.etag,
      "x-linked-size": String(content.length),
      location: `http://localhost:${port}/store/${sha256Of(content)}` // another origin than 127.0.0.1
    }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const hub: Hub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    repositories: new Map(),
    requests: [],
    shownToStore: [],
    fault: () => undefined,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    }
  }
  return hub
}
