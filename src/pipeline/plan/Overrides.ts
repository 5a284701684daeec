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

const overrideOne = (variants: ReadonlyArray<Variant>, path: string, value: Json) => {
  const meant = new Set<string>()
  const changed = variants.map((variant): Variant => {
    const found = Paths.matches(nodesOf(variant), path)
    if (found.length === 0) return variant // a path need not exist in every row: the base model has no loop
    const [policy, ...stages] = Paths.override<AnyPolicy | Any>(nodesOf(variant), path, value)
    meant.add(found[0]!)
    return {
      ...variant,
      policy: policy as AnyPolicy, // nodes stay in their places
      pipeline: Pipeline.withStages(variant.pipeline, stages as ReadonlyArray<Any>)
    }
  })
  if (meant.size === 0) {
    const all = new Set(variants.flatMap((variant) => Paths.params(nodesOf(variant)).map((param) => param.path)))
    throw Paths.unknown(path, [], [...all])
  }
  return { changed, path: meant.size === 1 ? [...meant][0]! : path }
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
  const full: { [path: string]: Json } = {}
  for (const [given, value] of Object.entries(overrides)) {
    const { changed, path } = overrideOne(current, given, value)
    current = changed
    full[path] = value
  }
  return { variants: current, overrides: full }
}

/** The overrides as part of a name: ` path=value`, sorted by path. */
export const inName = (overrides: Overrides): string =>
  Object.entries(overrides).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([path, value]) => ` ${path}=${typeof value === "string" ? value : JSON.stringify(value)}`).join("")
