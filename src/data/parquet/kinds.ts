/** What rows of Parquet files are read into: which columns, and what examples they make. */
import { isOutside } from "../../task/detection/coco/annotations.ts"
import { BadField, isRow, show } from "../../task/detection/coco/fields.ts"
import type { TrueObject } from "../../task/detection/example.ts"
import * as Text from "../../task/Text.ts"
import type { Box, Size } from "../../vision/Box.ts"
import type { Cells } from "../../parquet/groups.ts"

/** Columns by what they hold; a dot leads into a struct. */
export type Columns = { readonly [what: string]: string }

/** How boxes are written, in pixels of the picture: x, y, width, height, or two corners. */
export type Corners = "xywh" | "xyxy"

/** What a row is read with. */
export interface How {
  readonly columns: Columns
  readonly boxes: Corners
  /** Names of the classes of the column of labels, where its numbers mean some. */
  readonly names: ReadonlyArray<string> | undefined
}

/** What examples of a row have beside their picture, before its size is known. Throws `BadField`. */
export type Read = (row: Cells, how: How) => (image: Size) => ReadonlyArray<object>

export interface Kind {
  /** The columns unless others are named. */
  readonly columns: Columns
  /** Those that need not be there. */
  readonly optional: ReadonlyArray<string>
  readonly read: Read
}

/** The value at a path; through lists, the values of their items. */
export const at = (row: unknown, path: string): unknown => {
  const dot = path.indexOf(".")
  const [name, rest] = dot < 0 ? [path, undefined] : [path.slice(0, dot), path.slice(dot + 1)]
  if (Array.isArray(row)) return row.map((item) => at(item, path))
  const value = isRow(row) ? row[name] : undefined
  return rest === undefined ? value : at(value, rest)
}

const listOf = (value: unknown, column: string): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value
  throw new BadField(column, `must be a list, not ${show(value)}`)
}

const textIn = (value: unknown, column: string): string => {
  if (typeof value === "string" && Text.strip(value) !== "") return value
  throw new BadField(column, `must be a text that is not empty, not ${show(value)}`)
}

const boxIn = (value: unknown, column: string, corners: Corners): ((image: Size) => Box<"original">) => {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(Number.isFinite)) {
    throw new BadField(column, `must be four numbers, ${corners === "xywh" ? "[x, y, width, height]" : "[x1, y1, x2, y2]"}, not ${show(value)}`)
  }
  const [x, y, c, d] = value as [number, number, number, number]
  const [width, height] = corners === "xywh" ? [c, d] : [c - x, d - y]
  const other = `Are its boxes ${corners === "xywh" ? "corners (boxes: \"xyxy\")" : "x, y, width, height (boxes: \"xywh\")"}?`
  if (!(width > 0 && height > 0)) throw new BadField(column, `must be ${corners}, and [${value.join(", ")}] is empty. ${other}`)
  return (image) => {
    if (isOutside(x, width, image.width) || isOutside(y, height, image.height)) {
      throw new BadField(column, `must be ${corners}, and [${value.join(", ")}] leaves the image of ${image.width} x ${image.height} pixels. ${other}`)
    }
    return { space: "original", x1: x, y1: y, x2: x + width, y2: y + height }
  }
}

/** One expression or several of one thing, each an example. */
const referring: Kind = {
  columns: { image: "image", expression: "answer", box: "bbox" },
  optional: [],
  read: (row, { boxes, columns }) => {
    const said = at(row, columns["expression"]!)
    const expressions = (Array.isArray(said) ? said : [said]).map((one) => textIn(one, columns["expression"]!))
    if (expressions.length === 0) throw new BadField(columns["expression"]!, "must hold an expression, and is empty")
    const box = boxIn(at(row, columns["box"]!), columns["box"]!, boxes)
    return (image) => expressions.map((expression) => ({ expression, box: box(image) }))
  }
}

const labelIn = (value: unknown, column: string, names: ReadonlyArray<string> | undefined): string => {
  if (typeof value === "string" && value !== "") return value
  const name = typeof value === "number" ? names?.[value] : undefined
  if (name !== undefined && name !== "") return name
  throw new BadField(column, `must be a label${names === undefined ? "" : ` or the number of one of ${names.length} classes`}, not ${show(value)}`)
}

const detection: Kind = {
  columns: { image: "image", boxes: "objects.bbox", labels: "objects.category", areas: "objects.area", crowds: "objects.iscrowd" },
  optional: ["areas", "crowds"],
  read: (row, { boxes, columns, names }) => {
    const of = (what: string) => columns[what] === undefined ? undefined : at(row, columns[what])
    const found = listOf(of("boxes"), columns["boxes"]!).map((box) => boxIn(box, columns["boxes"]!, boxes))
    const labels = listOf(of("labels"), columns["labels"]!).map((label) => labelIn(label, columns["labels"]!, names))
    if (labels.length !== found.length) throw new BadField(columns["labels"]!, `has ${labels.length} labels for ${found.length} boxes`)
    const [areas, crowds] = [of("areas"), of("crowds")]
    return (image) => {
      const objects = found.map((boxOf, i): TrueObject => {
        const box = boxOf(image)
        const area = Array.isArray(areas) && typeof areas[i] === "number" && areas[i] >= 0 ? areas[i] : (box.x2 - box.x1) * (box.y2 - box.y1)
        return { label: labels[i]!, box, area, crowd: Array.isArray(crowds) && (crowds[i] === 1 || crowds[i] === true) }
      })
      const positives = [...new Set(objects.filter(({ crowd }) => !crowd).map(({ label }) => label))]
      return [{ objects, positives, negatives: [] }]
    }
  }
}

const counting: Kind = {
  columns: { image: "image", question: "problem", answer: "solution" },
  optional: [],
  read: (row, { columns }) => {
    const question = Text.strip(textIn(at(row, columns["question"]!), columns["question"]!).replaceAll("<image>", ""))
    const said = at(row, columns["answer"]!)
    const text = typeof said === "number" ? String(said) : textIn(said, columns["answer"]!)
    const answer = Text.strip(Text.lastAnswer(text) ?? text)
    if (/^\d{1,9}$/.test(answer)) return () => [{ task: "counting", question, answer }]
    throw new BadField(columns["answer"]!, `must be a whole number from 0 on, not ${show(said)}`)
  }
}

export const kinds = { referring, detection, counting } as const

export type KindName = keyof typeof kinds
