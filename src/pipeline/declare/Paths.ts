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
  /** Undefined where the config may have a value and has none. */
  readonly value: Json | undefined
}

const isContainer = (value: Json | undefined): value is ReadonlyArray<Json> | { readonly [key: string]: Json } =>
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
      ...node.absent.map((key) => ({ path: `${path}.${key}`, trail: here, keys: [key], value: undefined })),
      ...places(Nodes.partsOf(node), `${path}.`, here)
    ]
  })
}

/** Every scalar of the nodes' configs, with its path. */
export const params = (nodes: ReadonlyArray<Node>): ReadonlyArray<Param> =>
  places(nodes).flatMap(({ path, value }) => value === undefined || isContainer(value) ? [] : [{ path, value }])

/** Which places: those where the study says something, or those where it may and does not. */
type Which = "said" | "unsaid"

/** The places that `path` may mean: its own, or every one whose path ends with it, segment by segment. */
const meant = (nodes: ReadonlyArray<Node>, path: string, which: Which): ReadonlyArray<Place> => {
  const all = places(nodes).filter(({ value }) => (value === undefined) === (which === "unsaid"))
  const own = all.filter((place) => place.path === path)
  return own.length > 0 ? own : all.filter((place) => place.path.endsWith(`.${path}`))
}

/** The full paths that `path` may mean: itself, or every path that ends with it, segment by segment. */
export const matches = (nodes: ReadonlyArray<Node>, path: string, which: Which = "said"): ReadonlyArray<string> =>
  meant(nodes, path, which).map((place) => place.path)

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

/** A value that is to stand at a place. */
interface Replacement extends Pick<Place, "trail" | "keys"> {
  readonly value: unknown
}

/** All of a node's at once: they may fit its schema only together. */
const replaceAll = <N extends Node>(nodes: ReadonlyArray<N>, all: ReadonlyArray<Replacement>): ReadonlyArray<N> =>
  nodes.map((node, i) => {
    const within = all.flatMap(({ trail: [index, ...trail], ...rest }) => index === i ? [{ ...rest, trail }] : [])
    if (within.length === 0) return node
    const [own, deeper] = [within.filter(({ trail }) => trail.length === 0), within.filter(({ trail }) => trail.length > 0)]
    const config = own.reduce<unknown>((config, { keys, value }) => replaceIn(config as Json, keys, value), node.config)
    const held = replaceAll(Nodes.partsOf(node), deeper)
    const parts = deeper.length === 0 ? node.parts : Nodes.mapParts(node.parts, (_, index) => held[index]!)
    return node.rebuild(config, parts) as N // a node rebuilds to a node of its own type
  })

/** A config value to change, by its path or the end of it. */
export interface Change {
  readonly path: string
  readonly value: unknown
  /** Unless given, what is not said where nothing that is said has the path. */
  readonly which?: Which
}

/**
 * The nodes with config values changed, those of a node all at once.
 *
 * Throws `UnknownPath` when a path fits none or several places, `InvalidConfig` when a value does not fit its place.
 */
export const change = <N extends Node>(nodes: ReadonlyArray<N>, changes: ReadonlyArray<Change>): ReadonlyArray<N> =>
  replaceAll(nodes, changes.map(({ path, value, which = matches(nodes, path).length > 0 ? "said" : "unsaid" }) => {
    const [place, ...others] = meant(nodes, path, which)
    if (place !== undefined && others.length === 0) return { ...place, value }
    throw unknown(path, place === undefined ? [] : [place, ...others].map((one) => one.path), params(nodes).map((param) => param.path))
  }))

/** The same with one value. */
export const override = <N extends Node>(nodes: ReadonlyArray<N>, path: string, value: unknown): ReadonlyArray<N> =>
  change(nodes, [{ path, value }])
