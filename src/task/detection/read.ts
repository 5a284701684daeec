/** Reading the boxes of a completion. */
import type { LabeledBox, Spoken } from "../../vision/Box.ts"
import * as Items from "../RawBoxes.ts"
import * as Text from "../Text.ts"

/**
 * The boxes that a completion names, in its order, taken to be in `space`: pixels of the image as the model saw it, or
 * thousandths.
 *
 * Read as kindly as possible, because detection is judged by its boxes and form by the format rate: of what is answered
 * (`Text.answer`) the last json fence, else the first fence, else the first array of boxes, else all of it; broken or truncated
 * JSON is mended, and lists side by side are one. Items without four finite numbers or without a label are left out.
 */
export const boxes = <S extends Spoken = "resized">(text: string, space?: S): ReadonlyArray<LabeledBox<S>> => {
  const answer = Text.answer(text)
  const json = Text.lastJsonFence(answer) ?? Text.firstFence(answer) ?? Text.firstBoxArray(answer) ?? unclosed(answer)
  if (json === undefined) return []
  const value = Items.parseOrRepair(Text.strip(json))
  const found: Array<LabeledBox<S>> = []
  for (const item of Items.isBox(value) ? [value] : Items.list(value).flat()) {
    const corners = Items.corners(item)
    const label = Items.label(item)
    if (corners === undefined || label === undefined || label === null) continue
    const [x1, y1, x2, y2] = corners
    found.push({ label: String(label), box: { space: (space ?? "resized") as S, x1, y1, x2, y2 } })
  }
  return found
}

/** What follows the first bracket of an answer that was cut off before it could close anything. */
const unclosed = (text: string): string | undefined => {
  const start = text.search(/[[{]/)
  return start < 0 ? undefined : text.slice(start)
}
