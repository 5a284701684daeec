/** By what settings an evaluation measured: read from what its fingerprint is the hash of. */
import type { Json } from "../pipeline/json.ts"
import * as Fingerprint from "../pipeline/plan/Fingerprint.ts"
import { heldBy, type Identity } from "../pipeline/plan/identity.ts"
import type { Setting, Value } from "../pipeline/plan/setting.ts"
import { promptBefore } from "./promptBefore.ts"

/** A stage of a run, with its pre-image. */
export interface StoredStage {
  readonly variant: string
  readonly label: string
  readonly fingerprint: string
  readonly preimage: string
}

/** Longest value that is shown; what is cut off counts when two are compared. */
const longest = 60

const cut = (text: string): string => text.length <= longest ? text : `${text.slice(0, longest - 1)}…`

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
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

const ofNode = (node: Identity): Value => ({ shown: shown(node), whole: JSON.stringify(whole(node)) })

const ofJson = (value: Json): Value => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return { shown: cut(text), whole: text }
}

/** Of a template its name is shown; its wording and request are compared. */
const ofTemplate = (template: Json): Value =>
  ({ shown: isObject(template) ? String(template["name"] ?? "unnamed") : "unnamed", whole: JSON.stringify(template) })

/** Says what an evaluation is called, changes no number, or is shown as the prompt. */
const apart = ["as", "batch", "template"]

/** Settings of an evaluation by name, in the order in which they are told. */
const settingsOf = (node: Identity, template: Json | undefined): Setting["settings"] => {
  const { task, ...parts } = node.parts
  const held = Object.entries(parts).flatMap(([name, part]) =>
    [part].flat().map((one) => [name, ofNode(one as Identity)] as const))
  const own = Object.entries(node.config).filter(([key]) => !apart.includes(key)).map(([key, value]) => [key, ofJson(value)] as const)
  const asked = node.config["template"] ?? template
  return Object.fromEntries([
    ...held,
    ...own,
    ...(asked === undefined ? [] : [["prompt", ofTemplate(asked)] as const]),
    // whatever has a task is made by `Evaluate.on`, which takes the likeliest token each time
    ...(task === undefined ? [] : [["decoding", ofJson("greedy")] as const])
  ])
}

/** Evaluations nested in a stage, by `Pipeline.every`. */
const nested = (node: Identity): ReadonlyArray<Identity> =>
  heldBy(node).flatMap((part) => part.kind === "evaluate" && part.name === "every" ? heldBy(part) : nested(part))

/** What the nested evaluation of a scope was: the only one, or the only one of that name, for its label is not stored. */
const called = (scope: string, all: ReadonlyArray<Identity>): Identity | undefined => {
  const found = all.length === 1 ? all : all.filter(({ name }) => name === scope)
  return found.length === 1 ? found[0] : undefined
}

/**
 * The settings of every evaluation of these scopes, by variant. A scope is a stage's label in its run, or that of an
 * evaluation nested in a loop; what was stored by an older version has none.
 */
export const settings = (stages: ReadonlyArray<StoredStage>, scopes: ReadonlyArray<string>): ReadonlyArray<Setting> => {
  const read = stages.flatMap((stage) => {
    const preimage = Fingerprint.read(stage.preimage)
    return preimage === undefined ? [] : [{ ...stage, preimage }]
  })
  const byFingerprint = new Map(read.map(({ fingerprint, preimage }) => [fingerprint, preimage]))
  const labels = new Set(read.map(({ label }) => label))
  return read.flatMap(({ label, preimage, variant }) => {
    const inner = nested(preimage.node)
    return scopes.flatMap((scope) => {
      const node = labels.has(scope) ? (preimage.node.kind === "evaluate" && label === scope ? preimage.node : undefined) : called(scope, inner)
      return node === undefined ? [] : [{ variant, scope, settings: settingsOf(node, promptBefore(preimage, byFingerprint)?.config) }]
    })
  })
}
