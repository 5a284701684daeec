/** Values by their paths, as a tree. */

export type Value = string | number | boolean | null

export interface Branch {
  readonly [key: string]: Branch | Value
}

type Growing = { [key: string]: Growing | Value }

/** The branch at a path, grown where there is none; undefined where a value stands in its way. */
const grown = (root: Growing, keys: ReadonlyArray<string>): Growing | undefined => {
  let at = root
  for (const key of keys) {
    const next = key in at ? at[key]! : at[key] = Object.create(null) as Growing
    if (typeof next !== "object" || next === null) return undefined
    at = next
  }
  return at
}

/** `{ "a.b": 1 }` as `{ a: { b: 1 } }`, short paths first; a path on whose way a value stands stays whole. */
export const treeOf = (params: Readonly<Record<string, Value>>): Branch => {
  const root: Growing = Object.create(null)
  const all = Object.entries(params).map(([path, value]) => ({ path, value, keys: path.split(".") }))
  for (const { keys, path, value } of all.toSorted((a, b) => a.keys.length - b.keys.length)) {
    const branch = grown(root, keys.slice(0, -1))
    if (branch === undefined) root[path] = value
    else branch[keys.at(-1)!] = value
  }
  return root
}
