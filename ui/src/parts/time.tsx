/** Times as people say them. */
import { signal } from "@preact/signals"

/** Now, in milliseconds, to the second: what shows it counts by itself. */
export const now = signal(Date.now())
setInterval(() => document.hidden || (now.value = Date.now()), 1000)

const units = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]] as const

/** `3 minutes`, rounded down; below a second `0 seconds`. */
export const lasting = (seconds: number): string => {
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? (["second", 1] as const)
  const count = Math.max(0, Math.floor(seconds / size))
  return `${count} ${unit}${count === 1 ? "" : "s"}`
}

/** How long ago an instant was, with the instant itself behind it. */
export const Ago = ({ at }: { readonly at: string | null }) => {
  if (at === null) return <span class="muted">never</span>
  const seconds = (now.value - Date.parse(at)) / 1000
  return <time dateTime={at} title={new Date(at).toLocaleString()}>{seconds < 5 ? "just now" : `${lasting(seconds)} ago`}</time>
}

/** How long it is until an instant that was estimated: `about 3 minutes left`. */
export const Left = ({ until }: { readonly until: string | null }) => {
  if (until === null) return <>time left not known yet</>
  const seconds = (Date.parse(until) - now.value) / 1000
  return <time dateTime={until} title={new Date(until).toLocaleString()}>{seconds < 1 ? "any moment" : `about ${lasting(seconds)} left`}</time>
}
