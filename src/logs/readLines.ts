/** Lines of a log as rows: whole where they are whole, and without the last where it is still being written. */
import { reasonOf } from "../pipeline/reason.ts"
import { DataError } from "../task/dataError.ts"
import { lines } from "../task/lines.ts"
import { bytesOf } from "../task/readJson.ts"
import { isRow, type Row } from "./layout.ts"
import { parsePython } from "./pythonJson.ts"

/** Characters of a line at most: a line of ms-swift holds all completions of a step. */
const longest = 1 << 28

/** A line, counted from 1. */
export interface Line {
  readonly number: number
  readonly row: Row
}

const parsed = (text: string): Row | string => {
  if (text.length > longest) return `has more than ${longest >> 20} million characters`
  try {
    const value = parsePython(text)
    return isRow(value) ? value : "is no object"
  } catch (cause) {
    return `is not JSON (${reasonOf(cause)})`
  }
}

/**
 * The lines of a file of JSON lines. The last, where it cannot be read, is taken for one that is being written: it is left out and
 * `remark` is told. Throws `DataError` for any other.
 */
export const readLines = async function*(path: string, remark: (message: string) => void): AsyncGenerator<Line> {
  let fault: string | undefined
  let number = 0
  for await (const text of lines(bytesOf(path), longest)) {
    number++
    if (text.trim() === "") continue
    if (fault !== undefined) throw new DataError({ path, message: `${path}: ${fault}. Correct the line, or leave it out.` })
    const row = parsed(text)
    if (typeof row === "string") fault = `line ${number} ${row}`
    else yield { number, row }
  }
  if (fault !== undefined) remark(`${path}: ${fault}; it is the last, and left out as one that is still being written`)
}
