/** Results that come back from JSON as they were; those that would not are refused before they are kept. */
import { isPlain, refuse } from "../plan/Canonical.ts"

/** The path of what JSON would bend, from the inside out, and what it is. */
interface Bent {
  readonly keys: Array<string | number>
  readonly what: string
}

/** Levels of a value; what has more is in itself. */
const deep = 2000

/** Looks, and allocates nothing while all is well: there may be millions of rows. */
const bent = (value: unknown, level: number): Bent | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined
    case "number":
      return Number.isFinite(value) ? undefined : { keys: [], what: String(value) }
    case "object":
      break
    default:
      return { keys: [], what: value === undefined ? "undefined" : `a ${typeof value}` }
  }
  if (value === null) return undefined
  if (level > deep) return { keys: [], what: "in itself" }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = bent(value[i], level + 1)
      if (found !== undefined) return within(i, found)
    }
    return undefined
  }
  if (!isPlain(value)) return { keys: [], what: `a ${value.constructor.name}` }
  for (const key in value) {
    const held = (value as { readonly [key: string]: unknown })[key]
    const found = held === undefined ? undefined : bent(held, level + 1) // whoever reads a key that is not there finds the same
    if (found !== undefined) return within(key, found)
  }
  return undefined
}

const within = (key: string | number, { keys, what }: Bent): Bent => {
  keys.push(key)
  return { keys, what }
}

/** Throws `NotCanonical` with the path of what JSON would drop or bend, `path` being the place of the value itself; undefined keys may be dropped. */
export const checkCarried = (value: unknown, path = ""): void => {
  const found = bent(value, 0)
  if (found === undefined) return
  const keys = found.keys.length > deep ? [] : found.keys.toReversed()
  refuse([...(path === "" ? [] : [path]), ...keys].join("."), found.what)
}
