/** The boxes of an answer and of a truth, as the `fixed` rewards read them: in a fence or bare. */
import * as Items from "../../RawBoxes.ts"
import * as Text from "../../Text.ts"

/** Whether a text says that there is nothing. */
const saysNone = (text: string): boolean => Text.clean(text) === "none"

/**
 * The items that an answer lists: those in `fence`, its JSON fence, where it has one, else those of the first list of objects that
 * stands in it bare. Undefined where it neither lists anything nor says "None", as where its fence is not JSON, or is no list (`null`,
 * `{}`, one box alone): what nobody can read says of no picture that it is empty.
 */
export const items = (answer: string, fence: string | undefined): ReadonlyArray<unknown> | undefined => {
  if (fence === undefined && saysNone(answer)) return []
  const value = Items.parse(fence === undefined ? Text.firstList(answer) ?? "" : Text.strip(fence))
  return Array.isArray(value) ? value : undefined
}

const wanted = "a truth is None, or a JSON list of {\"bbox_2d\": [x1, y1, x2, y2], \"label\": ...}, in a ```json fence or bare"

/** A true box: four numbers and a label. */
export interface TrueItem {
  readonly corners: Items.Corners
  readonly label: string | number | boolean | null
}

/**
 * The true boxes of a solution, read as `items` are.
 *
 * Throws where nothing can be read, or where an item is no box: a truth that nobody understands is no truth to judge by.
 */
export const truth = (solution: string, fence: string | undefined): ReadonlyArray<TrueItem> => {
  const listed = fence === undefined ? items(solution, undefined) : Items.parse(Text.strip(fence))
  if (!Array.isArray(listed)) throw new Error(`no boxes can be read from the solution; ${wanted}`)
  return (listed as ReadonlyArray<unknown>).map((item, index) => {
    const corners = Items.corners(item)
    const label = Items.label(item)
    if (corners !== undefined && label !== undefined) return { corners, label }
    throw new Error(`the solution's box ${index} lacks four numbers in bbox_2d or a label; ${wanted}`)
  })
}

/**
 * What a completion answers and what is true, as the fixed `ap` reads them: the last `<answer>`, and of the solution the first,
 * or all of it. `items` is undefined where nothing is answered. Throws as `truth` does.
 */
export const beside = (completion: string, solution: string) => {
  const truthText = Text.firstAnswer(solution) ?? solution
  const answer = Text.lastAnswer(completion)
  return {
    truth: truth(truthText, Text.lastJsonFence(truthText)),
    items: answer === undefined ? undefined : items(answer, Text.lastJsonFence(answer))
  }
}
