/** Answers that follow the database: asked again every two seconds, of which the server makes nothing while nothing changes. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import { type Answer, AskError, askUrl, locked, type Path, type Query, urlOf } from "./ask.ts"

/** Milliseconds between two questions. */
const pause = 2000

/** What is known of a question. `value` stays while a newer answer, or one to a changed question, is on its way. */
export interface Known<A> {
  readonly value: A | undefined
  /** The last try failed. */
  readonly error: AskError | undefined
  /** An answer to this very question is still to come. */
  readonly waiting: boolean
}

/** Whether the server answered at all, last time that anything was asked. */
export const connected = signal(true)

const wait = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, pause)
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true })
  })

/** Resolves at once in a tab that is seen, and otherwise when it is seen again. */
const seen = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (!document.hidden) return resolve()
    const look = () => document.hidden || resolve()
    document.addEventListener("visibilitychange", look, { signal })
    signal.addEventListener("abort", () => resolve(), { once: true })
  })

const isAskError = (cause: unknown): cause is AskError => cause instanceof AskError

/** Asks for as long as `signal` lets it, and tells what is new. A question that the server finds wrong is not asked again. */
const follow = async <A>(url: string, once: boolean, signal: AbortSignal, tell: (known: Partial<Known<A>>) => void): Promise<void> => {
  let last: string | null = null
  while (!signal.aborted) {
    try {
      const { tag, value } = await askUrl<A>(url, signal)
      connected.value = true
      if (tag === null || tag !== last) tell({ value, error: undefined, waiting: false })
      last = tag
      if (once) return
    } catch (cause) {
      if (signal.aborted) return
      const error = isAskError(cause) ? cause : new AskError(0, String(cause))
      connected.value = error.status !== 0
      last = null
      tell({ error, waiting: false })
      if (error.status >= 400 && error.status < 500 && error.status !== 404) return
    }
    await wait(signal)
    await seen(signal)
  }
}

/**
 * What the API answers to a question, following the database while the component is there and the tab is seen. `once` is for what
 * never changes; an undefined query asks nothing yet.
 */
export const useLive = <P extends Path>(path: P, query: Query<P> | undefined, { once = false } = {}): ReadonlySignal<Known<Answer<P>>> => {
  const known = useMemo(() => signal<Known<Answer<P>>>({ value: undefined, error: undefined, waiting: true }), [path])
  const url = query === undefined ? undefined : urlOf(path, query)
  useEffect(() => {
    if (url === undefined) return
    let stop = new AbortController()
    // asked anew, too, when a token has been given
    const dispose = effect(() => {
      stop.abort()
      stop = new AbortController()
      if (locked.value) return
      known.value = { ...known.peek(), waiting: true }
      void follow<Answer<P>>(url, once, stop.signal, (news) => (known.value = { ...known.peek(), ...news }))
    })
    return () => (dispose(), stop.abort())
  }, [url, once])
  return known
}
