/** The items of an answer's JSON, as the published rewards and the readers take them. */
import { repair } from "./repair.ts"

/** Corners as the completion gave them, not rounded and not clipped. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number]

/** The JSON value of a text, or `undefined` where it is none. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The things listed in a JSON value, as a Python `for` would meet them: items of a list, keys of an object, characters
 * of a string, nothing for the rest. Each counts as one predicted box, well formed or not.
 */
export const list = (value: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value
  if (typeof value === "string") return Array.from(value)
  return typeof value === "object" && value !== null ? Object.keys(value) : []
}

const field = (item: unknown, name: "bbox_2d" | "label"): unknown =>
  typeof item === "object" && item !== null && !Array.isArray(item) && Object.hasOwn(item, name)
    ? (item as { readonly [name: string]: unknown })[name]
    : undefined

/**
 * The first four numbers of an item's `bbox_2d`, or `undefined` where four finite numbers do not stand there. (The
 * published code reads true and false as 1 and 0 and does arithmetic with infinities; here such a box is none.)
 */
export const corners = (item: unknown): Corners | undefined => {
  const box = field(item, "bbox_2d")
  if (!Array.isArray(box)) return undefined
  const [x1, y1, x2, y2] = box as ReadonlyArray<unknown>
  return Number.isFinite(x1) && Number.isFinite(y1) && Number.isFinite(x2) && Number.isFinite(y2)
    ? [x1 as number, y1 as number, x2 as number, y2 as number]
    : undefined
}

/** An item's label; `undefined` where it has none or where it is no string, number, boolean or null. */
export const label = (item: unknown): string | number | boolean | null | undefined => {
  const value = field(item, "label")
  return typeof value === "object" && value !== null ? undefined : value as string | number | boolean | null | undefined
}

/** An object with both fields that a box needs, whatever their values. */
export const isBox = (item: unknown): item is { readonly bbox_2d: unknown; readonly label: unknown } =>
  typeof item === "object" && item !== null && !Array.isArray(item) && Object.hasOwn(item, "bbox_2d") &&
  Object.hasOwn(item, "label")

/** The JSON value of a text, mended where it is broken. */
export const parseOrRepair = (text: string): unknown => parse(text) ?? repair(text)
