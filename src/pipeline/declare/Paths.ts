import { edits } from "../editDistance.ts"
import { UnknownPath } from "../Errors.ts"
import type { Json } from "../json.ts"
import type { Node } from "./Node.ts"

/** One scalar of a study's config and where it stands. */
export interface Param {
  readonly path: string
  readonly value: null | boolean | number | string
}

/** A place in the config of a node: `trail` leads to the node by index, `keys` into its config. */
interface Place {
  readonly path: string
  readonly trail: ReadonlyArray<number>
  readonly keys: ReadonlyArray<string>
  readonly value: Json
}

const isContainer = (value: Json): value is ReadonlyArray<Json> | { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null

/** Names of nodes that stand side by side; the second of a name gets `#2`. A policy is always called "policy". */
export const names = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return nodes.map((node) => {
    const name = node.kind === "policy" ? "policy" : node.name
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}#${count}`
  })
}

const inValue = (
  value: Json,
  path: string,
  trail: ReadonlyArray<number>,
  keys: ReadonlyArray<string>
): Array<Place> => [
  { path, trail, keys, value },
  ...(isContainer(value)
    ? Object.entries(value).flatMap(([key, inner]) => inValue(inner as Json, `${path}.${key}`, trail, [...keys, key]))
    : [])
]

const places = (nodes: ReadonlyArray<Node>, prefix = "", trail: ReadonlyArray<number> = []): Array<Place> => {
  const labels = names(nodes)
  return nodes.flatMap((node, i) => {
    const path = `${prefix}${labels[i]!}`
    const here = [...trail, i]
    return [
      ...Object.entries(node.config).flatMap(([key, value]) => inValue(value, `${path}.${key}`, here, [key])),
      ...places(node.parts, `${path}.`, here)
    ]
  })
}

/** Every scalar of the nodes' configs, with its path. */
export const params = (nodes: ReadonlyArray<Node>): ReadonlyArray<Param> =>
  places(nodes).flatMap(({ path, value }) => isContainer(value) ? [] : [{ path, value }])

/** The paths that look most like `path`, best first: their last segment or the whole differs by few characters. */
const near = (path: string, all: ReadonlyArray<string>): ReadonlyArray<string> => {
  const last = (p: string) => p.slice(p.lastIndexOf(".") + 1)
  const score = (p: string) => Math.min(edits(path, p), edits(last(path), last(p)))
  return all.map((p) => [score(p), p] as const).filter(([s]) => s <= Math.max(2, last(path).length / 3))
    .sort(([a], [b]) => a - b).slice(0, 3).map(([, p]) => p)
}

/**
 * The full paths that `path` may mean: itself, or every path that ends with it, segment by segment.
 */
export const matches = (nodes: ReadonlyArray<Node>, path: string): ReadonlyArray<string> => {
  const all = places(nodes).map((place) => place.path)
  return all.includes(path) ? [path] : all.filter((p) => p.endsWith(`.${path}`))
}

/** The error for a path that means none or several (`found`) of the paths `all`. */
export const unknown = (path: string, found: ReadonlyArray<string>, all: ReadonlyArray<string>): UnknownPath => {
  if (found.length > 1) {
    const message = `"${path}" is ambiguous: it may be ${found.join(" or ")}. Give the whole path.`
    return new UnknownPath({ path, message })
  }
  const close = near(path, all)
  const hint = close.length === 0 ? "" : ` Did you mean ${close.join(" or ")}?`
  const message = `No config value is called "${path}".${hint} Known paths: ${all.join(", ")}`
  return new UnknownPath({ path, message })
}

const replaceIn = (value: Json, keys: ReadonlyArray<string>, replacement: unknown): unknown => {
  const [key, ...rest] = keys
  if (key === undefined) return replacement
  if (Array.isArray(value)) {
    return value.map((item: Json, i) => String(i) === key ? replaceIn(item, rest, replacement) : item)
  }
  const record = value as { readonly [key: string]: Json }
  return { ...record, [key]: replaceIn(record[key]!, rest, replacement) }
}

const replaceAt = <N extends Node>(nodes: ReadonlyArray<N>, place: Place, value: unknown): ReadonlyArray<N> => {
  const [index, ...deeper] = place.trail
  return nodes.map((node, i) => {
    if (i !== index) return node
    const rebuilt = deeper.length === 0
      ? node.rebuild(replaceIn(node.config, place.keys, value), node.parts)
      : node.rebuild(node.config, replaceAt(node.parts, { ...place, trail: deeper }, value))
    return rebuilt as N // a node rebuilds to a node of its own type
  })
}

/**
 * The nodes with one config value changed.
 *
 * Throws `UnknownPath` when `path` fits none or several places, `InvalidConfig` when the value does not fit the place.
 */
export const override = <N extends Node>(nodes: ReadonlyArray<N>, path: string, value: unknown): ReadonlyArray<N> => {
  const found = matches(nodes, path)
  const place = found.length === 1 ? places(nodes).find((candidate) => candidate.path === found[0]) : undefined
  if (place === undefined) throw unknown(path, found, params(nodes).map((param) => param.path))
  return replaceAt(nodes, place, value)
}
