/** Questions to the API: the path decides what may be asked with it and what comes back. */
import type { HttpApi, HttpApiGroup } from "effect/http-api"
import { signal } from "@preact/signals"
import type { Api } from "../../../src/server/ui/api.ts"

type Endpoints = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? HttpApiGroup.Endpoints<Groups> : never
type Gets = Extract<Endpoints, { readonly method: "GET" }>
type At<P extends Path> = Extract<Gets, { readonly path: P }>

/** Every path that can be asked. */
export type Path = Gets["path"]

/** What is asked with a path: keys of the URL's query. */
export type Query<P extends Path> = [At<P>["~Query"]] extends [never] ? {} : At<P>["~Query"]["Type"]

/** What a path answers: its schemas are of plain JSON values, the same decoded and encoded. */
export type Answer<P extends Path> = At<P>["~Success"]["Type"]

/** The server's own words about what went wrong, and the status of HTTP; 0 where the server could not be reached. */
export class AskError extends Error {
  readonly status: number
  /** The key of the query that does not fit, where the server says one. */
  readonly param: string | undefined
  constructor(status: number, message: string, param?: string) {
    super(message)
    this.status = status
    this.param = param
  }
}

/** Whether the server wants a token that this browser has not given yet. */
export const locked = signal(false)

/** URL of a path with its query; what is undefined is left out. */
export const urlOf = <P extends Path>(path: P, query: Query<P>): string => {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query as Record<string, unknown>)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) params.append(key, String(one))
  }
  const text = params.toString()
  return text === "" ? path : `${path}?${text}`
}

interface Problem {
  readonly error?: { readonly message?: string; readonly param?: string | null }
}

const problemOf = async (response: Response): Promise<AskError> => {
  const { error } = await response.json().catch(() => ({})) as Problem
  return new AskError(response.status, error?.message ?? `the server answered ${response.status} ${response.statusText}`, error?.param ?? undefined)
}

/** Asks a URL of `urlOf`, and gives the JSON as it came. Throws `AskError`, and what `signal` aborts with. */
export const askUrl = async (url: string, signal?: AbortSignal): Promise<string> => {
  const lost = (cause: unknown): never => {
    if (signal?.aborted === true) throw cause
    throw new AskError(0, "the server cannot be reached; is `assay ui` still running?")
  }
  const response = await fetch(url, signal === undefined ? {} : { signal }).catch(lost)
  if (response.status === 401) locked.value = true
  if (!response.ok) throw await problemOf(response)
  return response.text().catch(lost)
}

/** Asks once. Throws `AskError`. */
export const ask = async <P extends Path>(path: P, query: Query<P>, signal?: AbortSignal): Promise<Answer<P>> =>
  JSON.parse(await askUrl(urlOf(path, query), signal)) as Answer<P>

/** Gives the server its token, for a cookie; whether it was the right one. */
export const unlock = async (token: string): Promise<boolean> => {
  const response = await fetch("/api/session", { method: "POST", headers: { authorization: `Bearer ${token}` } })
  if (response.ok) locked.value = false
  return response.ok
}
