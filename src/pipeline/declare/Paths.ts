/** Paths to the config values of a study: `loop.grpo.learningRate`. */
import { UnknownPath } from "../Errors.ts"
import type { Json } from "../json.ts"
import { near } from "../near.ts"
import * as Nodes from "./Node.ts"
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

/** What nodes that stand side by side are called: their labels, the second of a label with `#2`. */
export const labels = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return nodes.map(({ label }) => {
    const count = (seen.get(label) ?? 0) + 1
    seen.set(label, count)
    return count === 1 ? label : `${label}#${count}`
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
  // a study has one policy, which goes by what it is; those in it go by who they are
  const called = labels(trail.length === 0 ? nodes : nodes.map((node) => node.kind === "policy" ? { ...node, label: node.name } : node))
  return nodes.flatMap((node, i) => {
    const path = `${prefix}${called[i]!}`
    const here = [...trail, i]
    return [
      ...Object.entries(node.config).flatMap(([key, value]) => inValue(value, `${path}.${key}`, here, [key])),
      ...places(Nodes.partsOf(node), `${path}.`, here)
    ]
  })
}

/** Every scalar of the nodes' configs, with its path. */
export const params = (nodes: ReadonlyArray<Node>): ReadonlyArray<Param> =>
  places(nodes).flatMap(({ path, value }) => isContainer(value) ? [] : [{ path, value }])

/**
 * The full paths that `path` may mean: itself, or every path that ends with it, segment by segment.
 */
export const matches = (nodes: ReadonlyArray<Node>, path: string): ReadonlyArray<string> => {
  const all = places(nodes).map((place) => place.path)
  return all.includes(path) ? [path] : all.filter((p) => p.endsWith(`.${path}`))
}

/** What to give instead of a path into a value that has no parts here, such as null where an object may stand. */
const wholeOf = (path: string, all: ReadonlyArray<string>): string | undefined => {
  const keys = path.split(".")
  for (let length = keys.length - 1; length > 0; length--) {
    const start = keys.slice(0, length).join(".")
    const whole = all.find((known) => known === start || known.endsWith(`.${start}`))
    const inner = keys.slice(length).reduceRight((value, key) => `{${JSON.stringify(key)}: ${value}}`, "...")
    if (whole !== undefined) return `"${whole}" is a single value here; give it whole, as JSON: ${whole}=${inner}`
  }
  return undefined
}

/** The error for a path that means none or several (`found`) of the paths `all`. */
export const unknown = (path: string, found: ReadonlyArray<string>, all: ReadonlyArray<string>): UnknownPath => {
  if (found.length > 1) {
    const message = `"${path}" is ambiguous: it may be ${found.join(" or ")}. Give the whole path.`
    return new UnknownPath({ path, message })
  }
  const whole = wholeOf(path, all)
  if (whole !== undefined) return new UnknownPath({ path, message: `There is no "${path}": ${whole}.` })
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

const replaceInParts = (node: Node, place: Place, value: unknown): Nodes.Parts => {
  const changed = replaceAt(Nodes.partsOf(node), place, value)
  return Nodes.mapParts(node.parts, (_, index) => changed[index]!)
}

const replaceAt = <N extends Node>(nodes: ReadonlyArray<N>, place: Place, value: unknown): ReadonlyArray<N> => {
  const [index, ...deeper] = place.trail
  return nodes.map((node, i) => {
    if (i !== index) return node
    const rebuilt = deeper.length === 0
      ? node.rebuild(replaceIn(node.config, place.keys, value), node.parts)
      : node.rebuild(node.config, replaceInParts(node, { ...place, trail: deeper }, value))
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
