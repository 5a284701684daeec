/** The part of a picture that is seen: how much it is magnified, and around which point. As text it stands in the URL. */

export interface Window {
  /** 1 shows all of it. */
  readonly scale: number
  /** The middle, as shares of width and height. */
  readonly x: number
  readonly y: number
}

export const whole: Window = { scale: 1, x: 0.5, y: 0.5 }

const largest = 16

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** As near to it as a window can be that does not leave the picture. */
export const within = ({ scale, x, y }: Window): Window => {
  const to = clamp(scale, 1, largest)
  const half = 0.5 / to
  return { scale: to, x: clamp(x, half, 1 - half), y: clamp(y, half, 1 - half) }
}

/** Magnified by a factor; the point at (x, y), as shares of the picture, stays where it is. */
export const zoomed = (window: Window, factor: number, at: { readonly x: number; readonly y: number } = window): Window => {
  const scale = clamp(window.scale * factor, 1, largest)
  const by = window.scale / scale
  return within({ scale, x: at.x + (window.x - at.x) * by, y: at.y + (window.y - at.y) * by })
}

/** Moved by shares of what is seen. */
export const moved = (window: Window, x: number, y: number): Window =>
  within({ ...window, x: window.x + x / window.scale, y: window.y + y / window.scale })

/** The whole is no text. */
export const windowText = ({ scale, x, y }: Window): string | undefined =>
  scale === 1 ? undefined : [scale.toFixed(2), x.toFixed(4), y.toFixed(4)].join(",")

/** What `windowText` wrote; the whole, of anything else. */
export const readWindow = (text: string): Window => {
  const [scale = NaN, x = NaN, y = NaN] = text.split(",").map(Number)
  return [scale, x, y].every(Number.isFinite) ? within({ scale, x, y }) : whole
}
