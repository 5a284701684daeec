/** Nodes, templates and values of a config as settings: how people read them, and whole, to tell apart what reads the same. */
import type { Json } from "../pipeline/json.ts"
import { heldBy, type Identity } from "../pipeline/plan/identity.ts"
import type { Value } from "../pipeline/plan/setting.ts"

/** Longest value that is shown; what is cut off counts when two are compared. */
const longest = 80

const cut = (text: string): string => text.length <= longest ? text : `${text.slice(0, longest - 1)}…`

export const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** `n 10, size.width 112`: every scalar of a config with its path. */
const pairs = (config: { readonly [key: string]: Json }, prefix = ""): ReadonlyArray<string> =>
  Object.entries(config).flatMap(([key, value]) =>
    isObject(value)
      ? pairs(value, `${prefix}${key}.`)
      : [`${prefix}${key} ${cut(typeof value === "string" ? value : JSON.stringify(value))}`]
  )

/** `maxBoxes(n 10)`; nodes that it holds stand first among its arguments. */
const shown = (node: Identity): string => {
  const inner = [...heldBy(node).map(shown), ...pairs(node.config)]
  return inner.length === 0 ? node.name : `${node.name}(${inner.join(", ")})`
}

/** All of a node but its code, which is no setting. */
const whole = ({ config, content, kind, name, parts }: Identity): Json => [
  kind,
  name,
  config,
  content ?? null,
  Object.entries(parts).map(([part, held]) => [part, [held].flat().map((node) => whole(node as Identity))])
]

export const ofNode = (node: Identity): Value => ({ shown: shown(node), whole: JSON.stringify(whole(node)) })

export const ofJson = (value: Json): Value => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return { shown: cut(text), whole: text }
}

/** Of a template its name is shown, and that it hides the picture; its wording and request are compared. */
export const ofTemplate = (template: Json): Value => {
  const { image, name = "unnamed" } = isObject(template) ? template : {}
  return { shown: `${name}${image === "hidden" ? " without the picture" : ""}`, whole: JSON.stringify(template) }
}
