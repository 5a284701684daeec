/** Requests that are sent again because their answer got lost: they are done once, and answered with the same. */
import type { Route } from "../http/routes.ts"

/** Answers that are remembered. */
const most = 8192

interface Known {
  readonly status: number
  readonly body: string
}

/** Wraps routes, so that a request whose `x-idempotency-key` was seen on this path gets the answer of the first. Failures are not kept. */
export const once = () => {
  const known = new Map<string, Promise<Known>>()
  return (route: Route): Route => async (request, url) => {
    const key = request.headers.get("x-idempotency-key")
    const answer = async (): Promise<Known> => {
      const response = await route(request, url)
      return { status: response.status, body: await response.text() }
    }
    const remembered = (): Promise<Known> => {
      const name = `${url.pathname} ${key}`
      const found = known.get(name)
      if (found !== undefined) return found
      const first = answer()
      known.set(name, first)
      first.catch(() => known.delete(name))
      if (known.size > most) known.delete(known.keys().next().value!)
      return first
    }
    const { body, status } = await (key === null || key.length > 200 ? answer() : remembered())
    return new Response(body, { status, headers: { "content-type": "application/json" } })
  }
}
