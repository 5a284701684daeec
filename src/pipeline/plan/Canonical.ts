/** Canonical JSON, the text that fingerprints are hashes of. */
import { hash } from "node:crypto"
import { NotCanonical } from "../Errors.ts"

/** Throws `NotCanonical` about what stands at a path. */
export const refuse = (path: string, what: string): never => {
  const where = path === "" ? "the value itself" : path
  throw new NotCanonical({ path, message: `${where} is ${what}, which JSON cannot carry unchanged` })
}

/** Whether an object is no more than its keys. */
export const isPlain = (value: object): boolean => {
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
  const items = value as { readonly [key: string]: unknown }
  return `{${Object.keys(items).sort().map((key) => `${JSON.stringify(key)}:${write(items[key], inner(key))}`).join(",")}}`
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

/** sha256 of a text, hexadecimal; a text that is kept may be given in the pieces that it shares with others, and goes on sharing them. */
export const sha256 = (...pieces: ReadonlyArray<string>): string => hash("sha256", pieces.join(""))
