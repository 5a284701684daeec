/** The constructor of policies' constructors. */
import type * as Context from "effect/Context"
import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Node from "../pipeline/declare/Node.ts"
import type { Billing, PolicyNode, Probe } from "../pipeline/declare/policyNode.ts"
import type { Subject } from "../pipeline/run/services.ts"

type Service = Context.Service.Any
type Offered<Offers extends ReadonlyArray<Service>> = Context.Service.Identifier<Offers[number]>

export interface Definition<
  Fields extends Schema.Struct.Fields,
  P extends Node.PartTypes,
  Offers extends ReadonlyArray<Service>
> extends Omit<Node.Definition<Fields, P>, "kind" | "label" | "labelKey" | "random"> {
  /** What it can do: `[Sampler]`, or `[Sampler, Trainer]`. */
  readonly offers: Offers
  /** Brings the policy to life: what it offers, and how its state is saved and loaded. */
  readonly layer: (
    config: Schema.Struct<Fields>["Type"],
    parts: Node.Held<P>
  ) => Layer.Layer<Offered<Offers> | Subject, { readonly message: string }>
  /** For a policy that lies elsewhere: finds out before anything runs whether it is there, and what it can do. */
  readonly probe?: (config: Schema.Struct<Fields>["Type"], parts: Node.Held<P>) => Probe | undefined
  /** Where it may be billed by tokens. */
  readonly billing?: (config: Schema.Struct<Fields>["Type"]) => Billing
}

/** Config in, and the nodes that the policy holds where it holds any. */
type Constructor<Config, P extends Node.PartTypes, Made> = [keyof P] extends [never] ? (config: Config) => Made
  : (config: Config, parts: Node.Held<P>) => Made

/**
 * Makes the constructor of a policy: config in, policy out.
 *
 * ```ts
 * export const parrot = Policy.define({
 *   name: "parrot",
 *   module: import.meta.url,
 *   config: Schema.Struct({ says: Schema.String }),
 *   offers: [Sampler],
 *   layer: ({ says }) => Layer.mergeAll(Layer.succeed(Sampler, ...), Layer.succeed(Subject, ...))
 * })
 * ```
 * A study that asks a policy for what it does not offer does not compile. The constructor throws `InvalidConfig`.
 */
export const define = <
  Fields extends Schema.Struct.Fields,
  const Offers extends ReadonlyArray<Service>,
  P extends Node.PartTypes = {}
>(
  definition: Definition<Fields, P, Offers>
): Constructor<Schema.Struct<Fields>["Encoded"], P, PolicyNode<Offered<Offers>>> => {
  const build = Node.define<Fields, P, Pick<PolicyNode<Offered<Offers>>, "offers" | "layer" | "probe" | "billing">>(
    // a study has one policy, which its paths call by what it is
    { ...definition, kind: "policy", label: "policy" },
    (config, parts) => ({
      offers: definition.offers.map(({ key }) => key),
      layer: definition.layer(config, parts),
      probe: definition.probe?.(config, parts),
      billing: definition.billing?.(config)
    })
  )
  const make = (config: unknown, parts: Node.Parts = {}) => build(config, parts)
  return make as never // the types of the definition put in
}
