/** Canonical JSON, the text that fingerprints are hashes of. */
import { createHash } from "node:crypto"
import { NotCanonical } from "../Errors.ts"

const refuse = (path: string, what: string): never => {
  const where = path === "" ? "the value itself" : path
  throw new NotCanonical({ path, message: `${where} is ${what}, which JSON cannot carry unchanged` })
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const write = (value: unknown, path: string): string => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value)
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(path, String(value))
    case "object":
      break
    default:
      return refuse(path, value === undefined ? "undefined" : `a ${typeof value}`)
  }
  if (value === null) return "null"
  const inner = (key: string | number) => path === "" ? String(key) : `${path}.${key}`
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => write(item, inner(i))).join(",")}]`
  if (!isPlain(value)) return refuse(path, `a ${value.constructor.name}`)
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${write(item, inner(key))}`).join(",")}}`
}

/**
 * The one JSON text of a value: keys sorted by UTF-16 code unit, no white space.
 *
 * Throws `NotCanonical` with the path of what JSON would drop or bend: NaN, infinities, undefined, Date, functions,
 * class instances.
 */
export const stringify = (value: unknown): string => write(value, "")

/** The same for a value that is part of another, `path` being its place there. */
export const stringifyAt = (value: unknown, path: string): string => write(value, path)

/** sha256 of a text, hexadecimal; it may be given in pieces, which long ones that share some should be. */
export const sha256 = (...pieces: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const piece of pieces) hash.update(piece)
  return hash.digest("hex")
}
