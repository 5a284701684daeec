/** Waiting that can be called off, and leaves nothing behind either way. */

/** Resolves after so many milliseconds, or at once when `signal` aborts. */
export const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener("abort", end)
  })

/** What tells whether it is seen: the document. */
interface Seen extends EventTarget {
  readonly hidden: boolean
}

/** Resolves at once in a tab that is seen, and otherwise when it is seen again, or `signal` aborts. */
export const seen = (page: Seen, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      page.removeEventListener("visibilitychange", look)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const look = () => page.hidden || end()
    if (!page.hidden) return resolve()
    page.addEventListener("visibilitychange", look)
    signal.addEventListener("abort", end)
  })
