/** The rules of fields, COCO's and those of other rows, for whoever reads them: what is taken, and what is said of what is not. */
import { isAbsolute, normalize, sep } from "node:path"
import type { Problem } from "../../problem.ts"
import type { Rectangle } from "./Rectangle.ts"

export type Row = { readonly [field: string]: unknown }

/** A whole number or a text that is not empty; 1 and "1" are two ids. */
export type Id = number | string

/** An id as COCO's files have it: one that is all digits is a number. */
export const idFrom = (text: string): Id => /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text

/** How ids are ordered: numbers before texts. */
export const rising = (a: Id, b: Id): number => {
  if (typeof a === "number" && typeof b === "number") return a - b
  return typeof a !== typeof b ? (typeof a === "number" ? -1 : 1) : a < b ? -1 : a > b ? 1 : 0
}

/** A field that cannot be used: `field` is its name, `index` its place in a list. The message says what it must be. */
export class BadField extends Error {
  readonly field: string
  readonly index: number | undefined
  constructor(field: string, message: string, index?: number) {
    super(message)
    this.field = field
    this.index = index
  }
}

/** A value as messages show it: texts in quotes, cut short. */
export const show = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === "object" && value !== null) return "an object"
  return typeof value === "string" ? JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value) : String(value)
}

const bad = (row: Row, field: string, wants: string): BadField =>
  new BadField(field, `must be ${wants}, ${row[field] === undefined ? "but is missing" : `not ${show(row[field])}`}`)

export const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether a value may be an id. */
export const isId = (value: unknown): value is Id =>
  typeof value === "number" ? Number.isSafeInteger(value) : typeof value === "string" && value !== ""

export const idOf = (row: Row, field: string): Id => {
  const value = row[field]
  if (isId(value)) return value
  throw bad(row, field, "a whole number or a text")
}

export const textOf = (row: Row, field: string): string => {
  const value = row[field]
  if (typeof value === "string" && value !== "") return value
  throw bad(row, field, value === "" ? "a text that is not empty" : "a string")
}

export const numberOf = (row: Row, field: string): number => {
  const value = row[field]
  if (typeof value === "number" && Number.isFinite(value)) return value
  throw bad(row, field, "a finite number")
}

/** `bbox`: x, y, width, height, finite; neither width nor height negative. */
export const rectangleOf = (row: Row): Rectangle => {
  const box = row["bbox"]
  if (!Array.isArray(box) || box.length !== 4) throw bad(row, "bbox", "[x, y, width, height]")
  for (let i = 0; i < 4; i++) {
    if (!Number.isFinite(box[i])) throw new BadField("bbox", `must be a finite number, not ${show(box[i])}`, i)
  }
  if (box[2] < 0 || box[3] < 0) {
    throw new BadField("bbox", `must be [x, y, width, height], and [${box.join(", ")}] has a negative width or height`)
  }
  return box as unknown as Rectangle
}

/** `area` in square pixels, 0 or more; the rectangle's where it is left out. */
export const areaOf = (row: Row, bbox: Rectangle): number => {
  if (row["area"] === undefined) return bbox[2] * bbox[3]
  const area = numberOf(row, "area")
  if (area >= 0) return area
  throw new BadField("area", `must be in square pixels, and ${area} is negative`)
}

/** `iscrowd`: 0 or 1; 0 where it is left out. */
export const crowdOf = (row: Row): 0 | 1 => {
  const value = row["iscrowd"]
  if (value === undefined || value === 0) return 0
  if (value === 1) return 1
  throw bad(row, "iscrowd", "0 or 1")
}

/** A list of texts. */
export const textsOf = (row: Row, field: string): ReadonlyArray<string> => {
  const value = row[field]
  if (!Array.isArray(value)) throw bad(row, field, "a list of labels")
  const index = value.findIndex((item) => typeof item !== "string" || item === "")
  if (index >= 0) throw new BadField(field, `must be a label, not ${show(value[index])}`, index)
  return value as ReadonlyArray<string>
}

const largestSide = 65_535

/** A side of a picture in pixels. */
export const sideOf = (row: Row, field: string): number => {
  const side = numberOf(row, field)
  if (Number.isInteger(side) && side >= 1 && side <= largestSide) return side
  throw new BadField(field, `must be a whole number of pixels from 1 to ${largestSide}, not ${side}`)
}

/** Throws for a path that leads out of the folder that it is relative to. */
export const requireInside = (field: string, file: string): void => {
  const path = normalize(file)
  if (!isAbsolute(path) && path !== ".." && !path.startsWith(`..${sep}`)) return
  throw new BadField(field, `must stay inside of the images folder, and ${show(file)} leaves it`)
}

/** A field's fault as the messages of data sets put it: `field "bbox"[2] must be ...`. Throws what is no fault of a field. */
export const faultOf = (cause: unknown): Omit<Problem, "entry"> => {
  if (!(cause instanceof BadField)) throw cause
  const { field, index, message } = cause
  const place = index === undefined ? "" : `[${index}]`
  return { kind: `field "${field}"`, message: `field "${field}"${place} ${message}. Correct or add it.` }
}
