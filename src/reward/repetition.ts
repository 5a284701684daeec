/** The repetition reward. */
import * as Schema from "effect/Schema"
import * as Items from "../task/RawBoxes.ts"
import { define } from "../task/reward.ts"
import * as Text from "../task/Text.ts"
import { Variant } from "../task/variant.ts"

const wordsInARow = 6

/** Minus the share of items that were there before: 0 when all differ, towards -1 when all are one. */
const penalty = (distinct: number, total: number): number => total === 0 ? 0 : distinct / total - 1

const jsonOf = (text: string): string | undefined => {
  const json = Text.firstJsonFence(text)
  if (json !== undefined) return Text.strip(json)
  const fence = Text.strip(Text.firstFence(text) ?? "")
  return fence === "" ? Text.firstBoxArray(text) : fence
}

const ofBoxes = (items: ReadonlyArray<unknown>): number => {
  const seen = new Set<string>()
  let total = 0
  for (const item of items) {
    if (!Items.isBox(item)) continue
    seen.add(`${keyOf(item.bbox_2d)}_${keyOf(item.label)}`)
    total++
  }
  return penalty(seen.size, total)
}

/** Flat lists and scalars by their text; what nests deeper than any box is compared by its outermost shape. */
const keyOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => typeof item === "object" ? "{}" : String(item)).join()}]`
  return typeof value === "object" && value !== null ? `{${Object.keys(value).join()}}` : String(value)
}

const ofWords = (text: string): number => {
  const words = Text.words(text.toLowerCase())
  const total = words.length - wordsInARow + 1
  if (total < 1) return 0
  // Runs as numbers: of two words, then of four, then of six.
  const one = numbered(words)
  const two = numbered(one.slice(1).map((id, i) => one[i]! * words.length + id))
  const four = numbered(two.slice(2).map((id, i) => two[i]! * words.length + id))
  const six = new Set(two.slice(4).map((id, i) => four[i]! * words.length + id))
  return penalty(six.size, total)
}

/** For every value the number of distinct ones before its first appearance. */
const numbered = (values: ReadonlyArray<string | number>): ReadonlyArray<number> => {
  const ids = new Map<string | number, number>()
  return values.map((value) => {
    const known = ids.get(value)
    if (known !== undefined) return known
    ids.set(value, ids.size)
    return ids.size - 1
  })
}

/** What the published code's loop over the items does with one that is no object: it throws. */
const refuse = (items: ReadonlyArray<unknown>): void => {
  for (const item of items) {
    const isContainer = typeof item === "object" && item !== null
    const throws = typeof item === "string" || Array.isArray(item)
      ? item.includes("bbox_2d") && item.includes("label")
      : !isContainer
    if (throws) throw new Error(`the list holds ${JSON.stringify(item).slice(0, 40)}, where the published code throws`)
  }
}

/**
 * Penalty for saying things again, in (-1, 0]: minus (1 - distinct / total).
 *
 * Counts boxes, box and label together, where a list of them is found: in the first json fence of the completion, else
 * its first fence, else the first array that looks like boxes. Else counts runs of six lower-cased words; fewer than
 * six words: 0. An empty list and a lone object count as words too; a list without any box scores 0. Boxes are equal
 * when their numbers are (1 and 1.0 are).
 * `fixed`: broken JSON is mended first, so that a truncated list still counts as boxes.
 * `faithful`: broken JSON is counted in words (the published code asks a library to mend it, which never took effect in
 * the reference outputs), and a list of anything but objects is an error and scores 0.
 *
 * Source: VLM-R1 findings, section 4.1, "repetition reward".
 */
export const repetition = define({
  name: "repetition",
  module: import.meta.url,
  config: Schema.Struct({ variant: Variant }),
  score: ({ variant }, { completion }) => {
    const json = jsonOf(completion)
    if (json === undefined || json === "") return ofWords(completion)
    const data = variant === "faithful" ? Items.parse(json) : Items.parseOrRepair(json)
    if (!Array.isArray(data) || data.length === 0) return ofWords(completion)
    if (variant === "faithful") refuse(data)
    return ofBoxes(data)
  }
})
