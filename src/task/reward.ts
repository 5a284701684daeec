import type * as Schema from "effect/Schema"
import * as ConfigCodec from "../pipeline/declare/ConfigCodec.ts"
import type { Node } from "../pipeline/declare/Node.ts"

/** What a reward judges: texts only, so that anybody's completions can be scored. */
export interface Scorable {
  readonly completion: string
  /** The true answer, in the same coordinate space as the completion. */
  readonly solution: string
  /** Length of the completion in tokens, where known. */
  readonly tokens?: number | undefined
}

export interface Part {
  readonly part: string
  /** Unweighted value of this part. */
  readonly value: number
  /** What the total multiplies it with; 1 where nothing is said. */
  readonly factor?: number | undefined
  /** Set when the reward threw on this completion; `value` is then its documented fallback. */
  readonly error?: string | undefined
}

export interface Score {
  readonly total: number
  readonly parts: ReadonlyArray<Part>
}

/** A pure judge of completions. Never throws. */
export interface Reward extends Node {
  readonly kind: "reward"
  readonly score: (sample: Scorable) => Score
}

/** What a reward scores where it threw or gave no finite number. */
export const fallback = 0

interface Identity<Fields extends Schema.Struct.Fields> {
  readonly name: string
  /** `import.meta.url` of the defining module; the constructor must be exported from it as `exportName`. */
  readonly module: string
  /** Defaults to `name`. */
  readonly exportName?: string
  readonly config: Schema.Struct<Fields>
}

export interface Definition<Fields extends Schema.Struct.Fields> extends Identity<Fields> {
  /** May throw: the message is recorded on the sample, which then scores 0. */
  readonly score: (
    config: Schema.Struct<Fields>["Type"],
    sample: Scorable,
    parts: ReadonlyArray<Reward>
  ) => number
}

type Arguments<Encoded> = {} extends Encoded ? [config?: Encoded, parts?: ReadonlyArray<Reward>]
  : [config: Encoded, parts?: ReadonlyArray<Reward>]

/**
 * Makes the constructor of a reward: config (and the rewards it asks) in, reward out.
 *
 * ```ts
 * export const brevity = Reward.define({
 *   name: "brevity",
 *   module: import.meta.url,
 *   config: Schema.Struct({ words: Schema.Int }),
 *   score: ({ words }, { completion }) => completion.split(" ").length <= words ? 1 : 0
 * })
 * ```
 * The constructor throws `InvalidConfig` when the config does not fit its schema.
 */
export const define = <Fields extends Schema.Struct.Fields>(definition: Definition<Fields>) =>
  compose({ ...definition, score: (config, parts) => (sample) => judge(definition, config, parts, sample) })

const judge = <Fields extends Schema.Struct.Fields>(
  definition: Definition<Fields>,
  config: Schema.Struct<Fields>["Type"],
  parts: ReadonlyArray<Reward>,
  sample: Scorable
): Score => {
  try {
    const value = definition.score(config, sample, parts)
    return Number.isFinite(value)
      ? { total: value, parts: [{ part: definition.name, value }] }
      : failed(definition.name, `the reward is ${value}, not a finite number`)
  } catch (cause) {
    return failed(definition.name, cause instanceof Error ? cause.message : String(cause))
  }
}

const failed = (part: string, error: string): Score => ({
  total: fallback,
  parts: [{ part, value: fallback, error }]
})

/** Makes the constructor of a reward that decides how the scores of its parts combine. */
export const compose = <Fields extends Schema.Struct.Fields>(
  definition: Identity<Fields> & {
    readonly score: (
      config: Schema.Struct<Fields>["Type"],
      parts: ReadonlyArray<Reward>
    ) => (sample: Scorable) => Score
  }
) => {
  const { decode, encode } = ConfigCodec.make(definition.name, definition.config)
  const make = (input: unknown, nodes: ReadonlyArray<Node>): Reward => {
    const parts = nodes.filter(isReward)
    const config = decode(input)
    return {
      kind: "reward",
      name: definition.name,
      code: { module: definition.module, export: definition.exportName ?? definition.name },
      config: encode(config),
      parts,
      random: false,
      rebuild: make,
      score: definition.score(config, parts)
    }
  }
  return (...[config, parts]: Arguments<Schema.Struct<Fields>["Encoded"]>): Reward => make(config ?? {}, parts ?? [])
}

export const isReward = (node: Node): node is Reward => node.kind === "reward" && "score" in node
