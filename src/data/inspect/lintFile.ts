/** Files of rows or instances, looked through for slips in their wordings and labels, and written again without them. */
import { isRow, type Row } from "../../task/detection/coco/fields.ts"
import { DataError } from "../../task/dataError.ts"
import { readJson } from "../../task/readJson.ts"
import { readRows } from "../../task/readRows.ts"
import { NotJson } from "../../task/splitJson.ts"
import { lintLabel, lintText, mend, type Slip } from "./lint.ts"

export interface Found extends Slip {
  /** The row and the field in it, such as `line 3, conversations[0].value`. */
  readonly entry: string
}

type Tell = (found: Found) => void

/** Fields of rows that are wordings. */
const wordings = ["problem", "question", "normal_caption"]

/** Looks at one text, tells what is wrong with it, and gives it mended. */
const look = (value: unknown, entry: string, lint: typeof lintText, tell: Tell): unknown => {
  if (typeof value !== "string") return value
  for (const slip of lint(value)) tell({ ...slip, entry })
  return mend(value, lint)
}

/** A row of questions, mended. */
const ofRow = (row: unknown, entry: string, tell: Tell): unknown => {
  if (!isRow(row)) return row
  const changed: Record<string, unknown> = {}
  for (const field of wordings) {
    if (field in row) changed[field] = look(row[field], `${entry}, ${field}`, lintText, tell)
  }
  const turns = row["conversations"]
  if (Array.isArray(turns)) {
    changed["conversations"] = turns.map((turn: unknown, i) =>
      isRow(turn) ? { ...turn, value: look(turn["value"], `${entry}, conversations[${i}].value`, lintText, tell) } : turn)
  }
  return { ...row, ...changed }
}

/** Labels of a list, mended. */
const labels = (row: Row, field: string, entry: string, tell: Tell): Row =>
  Array.isArray(row[field])
    ? { ...row, [field]: row[field].map((label: unknown, i) => look(label, `${entry}, ${field}[${i}]`, lintLabel, tell)) }
    : row

/** A row of an instances file, mended: names of categories, and what images are asked about. */
const ofInstances = (list: string, row: unknown, index: number, tell: Tell): unknown => {
  if (!isRow(row)) return row
  const entry = `${list}[${index}]`
  if (list === "categories") return { ...row, name: look(row["name"], `${entry}, name`, lintLabel, tell) }
  return list === "images" ? labels(labels(row, "text", entry, tell), "neg_text", entry, tell) : row
}

/** Lists of an instances file, of which one is looked at. */
const lists = ["images", "annotations", "categories"]

/**
 * An instances file is one object that has one of its lists, of objects; all others are rows. Lines of JSON are no JSON from the second
 * on; of a single one the file's name tells, as rows may have a list of images, too.
 */
const isInstances = async (path: string): Promise<boolean> => {
  if (path.toLowerCase().endsWith(".jsonl")) return false
  let hasList = false
  try {
    for await (const piece of readJson(path)) {
      if (piece.key === undefined) return false
      if (!lists.includes(piece.key) || !("rows" in piece)) continue
      if (piece.rows.length > 0) return isRow(piece.rows[0])
      hasList = true
    }
  } catch (cause) {
    if (!(cause instanceof DataError) || !(cause.cause instanceof NotJson)) throw cause
    return false
  }
  return hasList
}

/** The rows of a file of rows as JSON lines, mended. */
const rowsAgain = async function*(path: string, tell: Tell): AsyncGenerator<string> {
  for await (const some of readRows(path)) {
    yield some.map(({ entry, fault, value }) => {
      if (fault === undefined) return `${JSON.stringify(ofRow(value, entry, tell))}\n`
      tell({ kind: "no JSON", entry, message: fault })
      return ""
    }).join("")
  }
}

/** An instances file, mended: its values in their order. */
const instancesAgain = async function*(path: string, tell: Tell): AsyncGenerator<string> {
  let [before, isOpen] = ["{", false]
  for await (const piece of readJson(path)) {
    const key = piece.key ?? ""
    if (!("rows" in piece)) {
      yield `${before}${JSON.stringify(key)}:${JSON.stringify(piece.value)}`
      before = ","
      continue
    }
    const rows = piece.rows.map((row, i) => JSON.stringify(ofInstances(key, row, piece.first + i, tell))).join(",")
    yield isOpen ? `${rows === "" ? "" : ","}${rows}` : `${before}${JSON.stringify(key)}:[${rows}`
    isOpen = !piece.last
    if (piece.last) yield "]"
    before = ","
  }
  yield before === "{" ? "{}" : "}"
}

/** The text of a file without the slips that can be mended, in pieces; `tell` is told of each. Throws `DataError`. */
export const lintFile = async function*(path: string, tell: Tell): AsyncGenerator<string> {
  yield* (await isInstances(path)) ? instancesAgain(path, tell) : rowsAgain(path, tell)
}
