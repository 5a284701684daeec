/** Where the page is: every state of it is in the URL, the view as the path and the rest as the query. */
import { computed, signal } from "@preact/signals"

/** What a view is asked to show: values by key, several where a key repeats. */
export type Query = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const read = () => ({ view: location.pathname.slice(1).split("/", 1)[0] ?? "", params: new URLSearchParams(location.search) })

const current = signal(read())

addEventListener("popstate", () => {
  current.value = read()
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

const move = (url: string, replace: boolean): void => {
  if (url === location.pathname + location.search) return
  history[replace ? "replaceState" : "pushState"](null, "", url)
  current.value = read()
}

/** Goes to a URL of `href`. */
export const go = (url: string): void => {
  move(url, false)
  scrollTo(0, 0)
}

/** Goes there as if it had been the address all along. */
export const redirect = (url: string): void => move(url, true)

/**
 * Changes some keys of the query, leaving the others; undefined takes one out. `replace` is for what nobody wants to step back
 * through, such as every letter typed into a filter.
 */
export const change = (query: Query, { replace = false } = {}): void => {
  const text = write(query, new URLSearchParams(location.search)).toString()
  move(`${location.pathname}${text === "" ? "" : `?${text}`}`, replace)
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
