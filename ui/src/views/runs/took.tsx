/** How long something took, or has taken so far. */
import { now } from "../../parts/time.tsx"

/** `340 ms`, `12.5 s`, `3 min 12 s`, `2 h 5 min`. */
export const spelled = (seconds: number): string => {
  if (seconds < 1) return `${Math.round(1000 * seconds)} ms`
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** From ISO 8601 to ISO 8601; null where it has not come yet. */
export const Took = ({ from, running = false, to }: { readonly from: string | null; readonly to: string | null; readonly running?: boolean }) => {
  if (from === null || (to === null && !running)) return <span class="muted">–</span>
  return <>{spelled(((to === null ? now.value : Date.parse(to)) - Date.parse(from)) / 1000)}</>
}
