/** Asks the hub, again where it is busy or breaks. */
import { setTimeout as wait } from "node:timers/promises"
import { isPassing, Refused } from "./hubError.ts"
import type { Settings } from "./settings.ts"

/** Times that a question is asked, milliseconds before the second time, and those in which an answer must begin. */
const [most, pause, patience] = [5, 500, 30_000] as const

/** How long the hub wants us to wait, at most a minute; twice as long each time where it does not say. Milliseconds. */
const pauseAfter = (response: Response | undefined, times: number): number => {
  const wanted = Number(response?.headers.get("retry-after") ?? NaN)
  return Number.isFinite(wanted) ? Math.min(60_000, 1000 * wanted) : pause * 2 ** times * (0.75 + 0.5 * Math.random())
}

/** What the hub says of why it refuses, in one line. */
const refusedBy = async (response: Response): Promise<Refused> => {
  const body = await response.text().catch(() => "")
  const said = response.headers.get("x-error-message") ?? body.replaceAll(/\s+/g, " ").slice(0, 200)
  return new Refused(response.status, response.headers.get("x-error-code") ?? undefined, said || response.statusText)
}

/** Calls `fetch`, and gives up where the answer does not begin. */
const once = async (input: string | URL | Request, init: RequestInit, signal: AbortSignal): Promise<Response> => {
  const slow = new AbortController()
  const timer = setTimeout(() => slow.abort(new Error(`no answer within ${patience / 1000} s`)), patience)
  try {
    return await fetch(input, { ...init, signal: AbortSignal.any([signal, slow.signal]) })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * `fetch` as the hub's library takes it: with the token, for the hub alone; asked again where the hub is busy, and once more where
 * it cannot be reached. Rejects with `Refused`, or with what `fetch` threw.
 */
export const asking = ({ endpoint, token }: Settings, signal: AbortSignal): typeof fetch => async (input, init = {}) => {
  const headers = new Headers(init.headers)
  const url = new URL(input instanceof Request ? input.url : input)
  if (token !== undefined && url.origin === new URL(endpoint).origin) headers.set("authorization", `Bearer ${token}`)
  for (let times = 1;; times++) {
    let response: Response | undefined
    let cause: unknown
    try {
      response = await once(input, { ...init, headers }, signal)
      if (response.ok) return response
      cause = await refusedBy(response)
    } catch (thrown) {
      cause = thrown
    }
    if (signal.aborted || !isPassing(cause) || times >= (response === undefined ? 2 : most)) throw cause
    await wait(pauseAfter(response, times - 1), undefined, { signal })
  }
}
