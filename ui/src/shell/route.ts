/** Where the page is: every state of it is in the URL, the view as the path and the rest as the query. */
import { computed, signal } from "@preact/signals"
import { sparing } from "./sparing.ts"

/** What a view is asked to show: values by key, several where a key repeats. */
export type Query = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const read = (address: string) => {
  const { pathname, search } = new URL(address, location.origin)
  return { url: pathname + search, view: pathname.slice(1).split("/", 1)[0] ?? "", params: new URLSearchParams(search) }
}

/** Where the page is. The address of the browser is a moment behind while somebody moves a slider. */
const current = signal(read(location.pathname + location.search))

/** Browsers refuse an address that changes hundreds of times in a few seconds: some at ten a second, for as long as it goes on. */
const replacing = sparing((url: string) => history.replaceState(null, "", url), 200)

addEventListener("pagehide", replacing.flush)

addEventListener("popstate", () => {
  replacing.drop() // it was about the place that has been left
  current.value = read(location.pathname + location.search)
})

/** Name of the view, the first part of the path; empty at the root. */
export const view = computed(() => current.value.view)

/** The query as it stands. */
export const params = computed(() => current.value.params)

/** The first value of a key, or `otherwise` where it is not given. To be read while rendering: it follows the URL. */
export const param = (key: string, otherwise = ""): string => params.value.get(key) ?? otherwise

/** All values of a key that repeats. */
export const paramAll = (key: string): ReadonlyArray<string> => params.value.getAll(key)

const write = (query: Query, into = new URLSearchParams()): URLSearchParams => {
  for (const [key, value] of Object.entries(query)) {
    into.delete(key)
    for (const one of value === undefined ? [] : typeof value === "string" ? [value] : value) into.append(key, one)
  }
  return into
}

/** URL of a view in a state: `href("runs", { experiment: "a" })`. */
export const href = (name: string, query: Query = {}): string => {
  const text = write(query).toString()
  return `/${name}${text === "" ? "" : `?${text}`}`
}

const push = (url: string): void => {
  replacing.flush()
  history.pushState(null, "", url)
}

const move = (url: string, replace: boolean): void => {
  const next = read(url)
  if (next.url === current.peek().url) return
  current.value = next
  if (replace) replacing.put(next.url)
  else push(next.url)
}

/** Goes to a URL of `href`. What had the focus may be gone then: it begins at the new content. */
export const go = (url: string): void => {
  move(url, false)
  scrollTo(0, 0)
  requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }))
}

/** Goes there as if it had been the address all along. */
export const redirect = (url: string): void => move(url, true)

/**
 * Changes some keys of the query, leaving the others; undefined takes one out. `replace` is for what nobody wants to step back
 * through, such as every letter typed into a filter.
 */
export const change = (query: Query, { replace = false } = {}): void => {
  const { params, url } = current.peek()
  const text = write(query, new URLSearchParams(params)).toString()
  move(`${url.split("?", 1)[0]}${text === "" ? "" : `?${text}`}`, replace)
}

/** Lets links within the page go without loading it anew; those with a modifier, a target or a file behind them are the browser's. */
export const followLinks = (): void =>
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null
    if (link === null || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    if (link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin || link.pathname.startsWith("/api")) return
    if (link.hash !== "" && link.pathname === location.pathname) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
