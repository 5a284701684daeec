/** The size at which a picture of a report is drawn. */
import type { Size } from "../../vision/Box.ts"

/** Width of every picture in pixels. */
export const width = 300

/** As high as its picture, by the size that the database has; at most four times as high as wide, whatever that says. */
export const drawnSize = (original: Size): Size => {
  const height = Math.round(width * original.height / original.width)
  return { width, height: Number.isFinite(height) ? Math.min(4 * width, Math.max(1, height)) : width }
}
