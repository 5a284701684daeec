/** Rewards: pure judges of completions, and the constructors of their constructors. */
import type * as Schema from "effect/Schema"
import * as Node from "../pipeline/declare/Node.ts"
import { reasonOf } from "../pipeline/reason.ts"

/** What a reward judges: texts only, so that anybody's completions can be scored. */
export interface Scorable {
  readonly completion: string
  /** The true answer, in the same coordinate space as the completion. */
  readonly solution: string
  /** Length of the completion in tokens, where known. */
  readonly tokens?: number | undefined
  /** Name of the task that was asked, where known. */
  readonly task?: string | undefined
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
export interface Reward extends Node.Node {
  /** Names of the parts of its scores, in order. */
  readonly partNames: ReadonlyArray<string>
  readonly score: (sample: Scorable) => Score
}

/** A place for a reward in the definition of a stage or of another reward. */
export const part = Node.part<Reward>()

/** What a reward scores where it threw or gave no finite number. */
export const fallback = 0

type Arguments<Encoded, P extends Node.PartTypes> = {} extends P
  ? {} extends Encoded ? [config?: Encoded] : [config: Encoded]
  : [config: Encoded, parts: Node.Held<P>]

type Identity<Fields extends Schema.Struct.Fields, P extends Node.PartTypes> = Pick<
  Node.Definition<Fields, P>,
  "name" | "module" | "exportName" | "config" | "parts" | "covers"
>

export interface Definition<Fields extends Schema.Struct.Fields, P extends Node.PartTypes> extends Identity<Fields, P> {
  /** May throw: the message is recorded on the sample, which then scores 0. */
  readonly score: (config: Schema.Struct<Fields>["Type"], sample: Scorable, parts: Node.Held<P>) => number
}

export interface Composition<Fields extends Schema.Struct.Fields, P extends Node.PartTypes> extends Identity<Fields, P> {
  /** Names of the parts of its scores, in order. */
  readonly partNames: (parts: Node.Held<P>) => ReadonlyArray<string>
  readonly score: (config: Schema.Struct<Fields>["Type"], parts: Node.Held<P>) => (sample: Scorable) => Score
}

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
export const define = <Fields extends Schema.Struct.Fields, P extends Node.PartTypes = {}>(
  definition: Definition<Fields, P>
) =>
  compose<Fields, P>({
    ...definition,
    partNames: () => [definition.name],
    score: (config, parts) => (sample) => judge(definition.name, () => definition.score(config, sample, parts))
  })

const judge = (name: string, score: () => number): Score => {
  try {
    const value = score()
    return Number.isFinite(value)
      ? { total: value, parts: [{ part: name, value }] }
      : failed(name, `the reward is ${value}, not a finite number`)
  } catch (cause) {
    return failed(name, reasonOf(cause))
  }
}

const failed = (part: string, error: string): Score => ({
  total: fallback,
  parts: [{ part, value: fallback, error }]
})

/** Makes the constructor of a reward that decides how the scores of its parts combine. */
export const compose = <Fields extends Schema.Struct.Fields, P extends Node.PartTypes = {}>(
  definition: Composition<Fields, P>
) => {
  const build = Node.define<Fields, P, Pick<Reward, "partNames" | "score">>(
    { ...definition, kind: "reward" },
    (config, parts) => ({ partNames: definition.partNames(parts), score: definition.score(config, parts) })
  )
  return (...[config, parts]: Arguments<Schema.Struct<Fields>["Encoded"], P>): Reward =>
    build(config ?? {}, (parts ?? {}) as Node.Parts)
}
