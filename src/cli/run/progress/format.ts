/** Times and bars as text. */
/** Seconds as a person says them: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A bar of `columns` cells, filled to `fraction` (held to [0, 1]). */
export const bar = (fraction: number, columns: number): string => {
  const filled = Math.round(Math.min(1, Math.max(0, fraction || 0)) * columns)
  return "█".repeat(filled) + "░".repeat(columns - filled)
}
