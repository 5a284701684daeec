/** By what settings an evaluation measured: read from what its fingerprint is the hash of. */
import type { Json } from "../pipeline/json.ts"
import * as Fingerprint from "../pipeline/plan/Fingerprint.ts"
import { heldBy, type Identity } from "../pipeline/plan/identity.ts"
import type { Setting } from "../pipeline/plan/setting.ts"
import { promptBefore } from "./promptBefore.ts"
import { isObject, ofJson, ofNode, ofTemplate } from "./settingValues.ts"

/** A stage of a run, with its pre-image. */
export interface StoredStage {
  readonly variant: string
  readonly label: string
  readonly fingerprint: string
  readonly preimage: string
}

/** Says what an evaluation is called, changes no number, or is shown as the prompt. */
const apart = ["as", "batch", "template"]

type Settings = Setting["settings"]

/** What is no config, for there is one way: whatever has a task takes the likeliest token each time, and a model gives no scores. */
const fixed = (task: string): Settings => ({
  decoding: ofJson("greedy"),
  ...(task === "detection" ? { scores: ofJson("1 for every box in the order said") } : {})
})

/** Settings of an evaluation by name, in the order in which they are told. */
const settingsOf = (node: Identity, template: Json | undefined): Settings => {
  const { task, ...parts } = node.parts
  const held = Object.entries(parts).flatMap(([name, part]) =>
    [part].flat().map((one) => [name, ofNode(one as Identity)] as const))
  const own = Object.entries(node.config).filter(([key]) => !apart.includes(key)).map(([key, value]) => [key, ofJson(value)] as const)
  const asked = node.config["template"] ?? template
  return {
    ...Object.fromEntries([...held, ...own, ...(asked === undefined ? [] : [["prompt", ofTemplate(asked)] as const])]),
    ...(task === undefined ? {} : fixed((task as Identity).name))
  }
}

/** Settings on which all agree. */
const shared = ([first = {}, ...others]: ReadonlyArray<Settings>): Settings =>
  Object.fromEntries(Object.entries(first).filter(([name, { whole }]) => others.every((one) => one[name]?.whole === whole)))

/** The settings of evaluations by their scopes: of one, or of those of a group and of its averages. */
const byScope = (node: Identity, label: string, template: Json | undefined): ReadonlyMap<string, Settings> => {
  const { as, averages } = node.config
  if (node.name !== "groups" || !isObject(averages!)) return new Map([[label, settingsOf(node, template)]])
  const members = new Map(heldBy(node).map((one) => [String(one.config["as"] ?? one.name), settingsOf(one, template)]))
  /** The evaluations that an average rests on; it may be of averages. */
  const leaves = (name: string, above: ReadonlyArray<string> = []): ReadonlyArray<Settings> => {
    const own = members.get(name)
    if (own !== undefined || above.includes(name)) return own === undefined ? [] : [own]
    return [averages[name] ?? []].flat().flatMap((member) => leaves(String(member), [...above, name]))
  }
  const averaged = Object.entries(averages).map(([average, of]) =>
    [average, { averaging: ofJson(`plain mean of ${[of].flat().join(", ")}`), ...shared(leaves(average)) }] as const)
  return new Map([...members, ...averaged].map(([name, settings]) => [`${String(as)}/${name}`, settings]))
}

/** Evaluations nested in a stage, by `Pipeline.every`. */
const nested = (node: Identity): ReadonlyArray<Identity> =>
  heldBy(node).flatMap((part) => part.kind === "evaluate" && part.name === "every" ? heldBy(part) : nested(part))

/** Settings of the nested evaluation of a scope: that of a group, or the only one, or the only one of that name, whose label is not stored. */
const called = (scope: string, all: ReadonlyArray<Identity>, template: Json | undefined): Settings | undefined => {
  const grouped = all.filter(({ name }) => name === "groups").map((node) => byScope(node, "", template).get(scope))
  const inGroup = grouped.find((one) => one !== undefined)
  if (inGroup !== undefined) return inGroup
  const single = all.filter(({ name }) => name !== "groups")
  const found = single.length === 1 ? single : single.filter(({ name }) => name === scope)
  return found.length === 1 ? settingsOf(found[0]!, template) : undefined
}

/**
 * The settings of every evaluation of these scopes, by variant. A scope is a stage's label in its run, that of an evaluation or
 * average of a group, or that of an evaluation nested in a loop; what was stored by an older version has none.
 */
export const settings = (stages: ReadonlyArray<StoredStage>, scopes: ReadonlyArray<string>): ReadonlyArray<Setting> => {
  const read = stages.flatMap((stage) => {
    const preimage = Fingerprint.read(stage.preimage)
    return preimage === undefined ? [] : [{ ...stage, preimage }]
  })
  const byFingerprint = new Map(read.map(({ fingerprint, preimage }) => [fingerprint, preimage]))
  const labels = new Set(read.map(({ label }) => label))
  return read.flatMap(({ label, preimage, variant }) => {
    const { node } = preimage
    const template = promptBefore(preimage, byFingerprint)?.config
    const own = node.kind === "evaluate" ? byScope(node, label, template) : new Map<string, Settings>()
    const inner = nested(node)
    return scopes.flatMap((scope) => {
      const found = own.get(scope) ?? (labels.has(scope) ? undefined : called(scope, inner, template))
      return found === undefined ? [] : [{ variant, scope, settings: found }]
    })
  })
}

/** The same with the areas between which a variant's policy kept the images that it saw, as its evaluations recorded them. */
export const withPixels = (
  all: ReadonlyArray<Setting>,
  metrics: ReadonlyArray<{ readonly variant: string; readonly name: string; readonly mean: number | null }>
): ReadonlyArray<Setting> => {
  const limits = (wanted: string): ReadonlyMap<string, number> =>
    new Map(metrics.flatMap(({ mean, name, variant }) => name === wanted && mean !== null ? [[variant, mean] as const] : []))
  const [least, most] = [limits("minPixels"), limits("maxPixels")]
  return all.map((one) => {
    const [from, to] = [least.get(one.variant), most.get(one.variant)]
    return from === undefined || to === undefined ? one : { ...one, settings: { ...one.settings, pixels: ofJson(`${from} to ${to}`) } }
  })
}
