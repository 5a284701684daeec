/** Answers that follow the database: asked again every two seconds, of which the server makes nothing while nothing changes. */
import { effect, type ReadonlySignal, signal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import { type Answer, locked, type Path, type Query, urlOf } from "./ask.ts"
import { follow, type Known } from "./follow.ts"
import { seen, wait } from "./wait.ts"

/** Milliseconds between two questions. */
const pause = 2000

/** Whether the server answered at all, last time that anything was asked. */
export const connected = signal(true)

const rest = async (signal: AbortSignal): Promise<void> => {
  await wait(pause, signal)
  await seen(document, signal)
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
      const tell = (news: Partial<Known<Answer<P>>>) => (known.value = { ...known.peek(), ...news })
      void follow<Answer<P>>(url, { signal: stop.signal, once, rest, tell, reached: (is) => (connected.value = is) })
    })
    return () => (dispose(), stop.abort())
  }, [url, once])
  return known
}
