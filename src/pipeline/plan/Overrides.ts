/** Overrides: config values of a study changed by path. */
import type { Variant } from "../declare/Experiment.ts"
import type { Json } from "../json.ts"
import * as Paths from "../declare/Paths.ts"
import * as Pipeline from "../declare/Pipeline.ts"
import type { AnyPolicy } from "../declare/policyNode.ts"
import type { Any } from "../declare/Stage.ts"

/** Config values to change, by path or unambiguous end of a path. */
export type Overrides = { readonly [path: string]: Json }

/** Every node of a variant that has config: its policy, then its stages. */
export const nodesOf = ({ pipeline, policy }: Variant): ReadonlyArray<AnyPolicy | Any> => [policy, ...pipeline.stages]

/** What is to be changed, with the full paths that it means in the variants that have any. */
interface Meant extends Required<Paths.Change> {
  readonly value: Json
  readonly full: ReadonlySet<string>
}

/** Values that the study says go before those that it could say: a path need not exist in every row, as the base model has no loop. */
const meantBy = (variants: ReadonlyArray<Variant>, path: string, value: Json): Meant => {
  const found = (which: Meant["which"]) => new Set(variants.flatMap((variant) => Paths.matches(nodesOf(variant), path, which)))
  const said = found("said")
  return said.size > 0 ? { path, value, which: "said", full: said } : { path, value, which: "unsaid", full: found("unsaid") }
}

const change = (variant: Variant, meant: ReadonlyArray<Meant>): Variant => {
  const nodes = nodesOf(variant)
  const own = meant.filter(({ path, which }) => Paths.matches(nodes, path, which).length > 0)
  if (own.length === 0) return variant
  const [policy, ...stages] = Paths.change<AnyPolicy | Any>(nodes, own)
  return {
    ...variant,
    policy: policy as AnyPolicy, // nodes stay in their places
    pipeline: Pipeline.withStages(variant.pipeline, stages as ReadonlyArray<Any>)
  }
}

/**
 * The variants with config values changed wherever the paths exist, and the overrides by their full paths.
 *
 * Throws `UnknownPath` for a path that exists in no variant, `InvalidConfig` for a value of the wrong type.
 */
export const apply = (variants: ReadonlyArray<Variant>, overrides: Overrides): {
  readonly variants: ReadonlyArray<Variant>
  readonly overrides: Overrides
} => {
  let current = variants
  let left = Object.entries(overrides)
  const full: { [path: string]: Json } = {}
  while (left.length > 0) {
    const all = left.map(([path, value]) => meantBy(current, path, value))
    const now = all.filter((meant) => meant.full.size > 0)
    if (now.length === 0) {
      const known = new Set(current.flatMap((variant) => Paths.params(nodesOf(variant)).map((param) => param.path)))
      throw Paths.unknown(left[0]![0], [], [...known])
    }
    current = current.map((variant) => change(variant, now)) // all at once, as values may fit only together
    for (const { full: paths, path, value } of now) full[paths.size === 1 ? [...paths][0]! : path] = value
    left = left.filter((_, i) => all[i]!.full.size === 0) // into what those before have brought
  }
  return { variants: current, overrides: full }
}

/** The overrides as part of a name: ` path=value`, sorted by path. */
export const inName = (overrides: Overrides): string =>
  Object.entries(overrides).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([path, value]) => ` ${path}=${typeof value === "string" ? value : JSON.stringify(value)}`).join("")
