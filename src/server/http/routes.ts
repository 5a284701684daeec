/** Which function answers which method and path, and how it reads what it is sent. */
import { reasonOf } from "../../pipeline/reason.ts"
import { HttpError } from "./answers.ts"

/** Answers a request. It may throw `HttpError`. */
export type Handler = (request: Request) => Response | Promise<Response>

/** Answers a request to its own path; `url` is that of the request. */
export type Route = (request: Request, url: URL) => Response | Promise<Response>

/** A handler of routes, by method and path: `routes({ "GET /": greet, "POST /score": score })`. */
export const routes = (table: { readonly [methodAndPath: string]: Route }): Handler => {
  const known = Object.keys(table).map((name) => name.split(" ") as [method: string, path: string])
  return (request) => {
    const url = new URL(request.url)
    const route = Object.hasOwn(table, `${request.method} ${url.pathname}`) ? table[`${request.method} ${url.pathname}`] : undefined
    if (route !== undefined) return route(request, url)
    const methods = known.filter(([, path]) => path === url.pathname).map(([method]) => method)
    if (methods.length > 0) {
      throw new HttpError({ status: 405, message: `${url.pathname} takes ${methods.join(", ")}`, headers: { allow: methods.join(", ") } })
    }
    throw new HttpError({ status: 404, message: `there is nothing at ${url.pathname}; there are ${Object.keys(table).join(", ")}` })
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

const bad = (message: string): HttpError => new HttpError({ status: 400, message })

const parse = (bytes: ArrayBuffer): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw bad(`the body is no JSON (${reasonOf(cause)})`)
  }
}

/** The body of a request, as `decode` reads it. Throws `HttpError` where it is no JSON, or `decode` throws. */
export const readJson = async <A>(request: Request, decode: (value: unknown) => A): Promise<A> => {
  const value = parse(await request.arrayBuffer())
  try {
    return decode(value)
  } catch (cause) {
    throw bad(`the body does not fit: ${reasonOf(cause)}`)
  }
}
