/** Rewards: pure judges of completions, and the constructors of their constructors. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Node from "../pipeline/declare/Node.ts"
import type { Json } from "../pipeline/json.ts"
import { reasonOf } from "../pipeline/reason.ts"
import type { Prompt } from "./prompt.ts"
import type { Training } from "./threshold.ts"

/** What a reward judges. Two texts are enough, so that anybody's completions can be scored; the rest is there where known. */
export interface Scorable {
  readonly completion: string
  /** The true answer, in the same coordinate space as the completion. */
  readonly solution: string
  /** Length of the completion in tokens. */
  readonly tokens?: number | undefined
  /** Name of the task that was asked, where known. */
  readonly task?: string | undefined
  /** Path of the image that was asked about. */
  readonly image?: string | undefined
  /** The question: sizes, space, what was asked, and the true answer as its task keeps it. Rows of a file have none. */
  readonly prompt?: Prompt | undefined
  /** What else its example or its row carries, by name. */
  readonly columns?: { readonly [name: string]: Json } | undefined
  /** Where training stands, for rewards that are `scheduled`. Evaluations and rows of a file have none. */
  readonly training?: Training | undefined
  /** What rewards looked up about it, each under its own mark; `lookUp` fills it in. */
  readonly lookups?: ReadonlyMap<object, Outcome> | undefined
}

/** What came of looking something up: the thing, or why there is none. */
export type Outcome = { readonly found: unknown } | { readonly error: string }

/** Something to be found out before a sample can be judged: its picture, say, or what another model thinks of it. */
export interface Lookup<out Found> {
  /** Samples of one key share what is found. */
  readonly key: string
  /** A failure is recorded on every sample that shares it. */
  readonly find: Effect.Effect<Found, unknown>
}

/** What one part of a reward gives a completion. */
export interface Part {
  readonly part: string
  /** Unweighted value of this part. */
  readonly value: number
  /** What the total multiplies it with; 1 where nothing is said. */
  readonly factor?: number | undefined
  /** Set when the reward threw on this completion; `value` is then its documented fallback. */
  readonly error?: string | undefined
}

/** What a reward gives a completion: the whole, and part by part. */
export interface Score {
  readonly total: number
  readonly parts: ReadonlyArray<Part>
}

/** A pure judge of completions. Never throws. */
export interface Reward extends Node.Node {
  /** Names of the parts of its scores, in order. */
  readonly partNames: ReadonlyArray<string>
  /** Whether it, or a part of it, goes by where training stands. */
  readonly scheduled: boolean
  /** What it has to be told of a sample, by `lookUp`, before it can judge it; its parts say so themselves. */
  readonly looksUp?: {
    readonly mark: object
    readonly of: (sample: Scorable) => Lookup<unknown>
  } | undefined
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

/** What a reward is defined by. */
export interface Definition<Fields extends Schema.Struct.Fields, P extends Node.PartTypes, Found> extends Identity<Fields, P> {
  /** Whether it is told where training stands, as `sample.training`. */
  readonly scheduled?: boolean
  /** What it has to know before it judges, such as `Reward.pixels`; `sample.found` then holds it. May throw, as `score` may. */
  readonly looksUp?: (config: Schema.Struct<Fields>["Type"], sample: Scorable) => Lookup<Found>
  /** May throw: the message is recorded on the sample, which then scores 0. */
  readonly score: (
    config: Schema.Struct<Fields>["Type"],
    sample: Scorable & { readonly found: Found },
    parts: Node.Held<P>
  ) => number
}

/** What a reward is defined by that adds up others. */
export interface Composition<Fields extends Schema.Struct.Fields, P extends Node.PartTypes> extends Identity<Fields, P> {
  /** Names of the parts of its scores, in order. */
  readonly partNames: (parts: Node.Held<P>) => ReadonlyArray<string>
  /** Of a sample it may throw: the message is recorded on every part, and the sample scores 0. */
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
export const define = <Fields extends Schema.Struct.Fields, P extends Node.PartTypes = {}, Found = undefined>(
  definition: Definition<Fields, P, Found>
) =>
  build<Fields, P>(
    definition,
    (config, parts, mark) => ({
      partNames: [definition.name],
      looksUp: definition.looksUp && { mark, of: (sample) => definition.looksUp!(config, sample) },
      score: (sample) =>
        judge(definition.name, () =>
          definition.score(config, { ...sample, found: foundIn(definition, sample, mark) as Found }, parts))
    }),
    definition.scheduled
  )

/** What was looked up about a sample; throws where that failed, or never happened. */
const foundIn = ({ looksUp, name }: { readonly looksUp?: unknown; readonly name: string }, sample: Scorable, mark: object) => {
  if (looksUp === undefined) return undefined
  const outcome = sample.lookups?.get(mark)
  if (outcome === undefined) throw new Error(`${name} looks something up first, and nobody did: call Reward.lookUp before score`)
  if ("error" in outcome) throw new Error(outcome.error)
  return outcome.found
}

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
) =>
  build<Fields, P>(definition, (config, parts) => {
    const partNames = definition.partNames(parts)
    const score = definition.score(config, parts)
    return { partNames, score: (sample) => judgeTogether(definition.name, partNames, () => score(sample)) }
  })

/** Where the whole fails, each part has: none of them counts. */
const judgeTogether = (name: string, partNames: ReadonlyArray<string>, score: () => Score): Score => {
  const names = partNames.length === 0 ? [name] : partNames
  const failedAll = (error: string): Score => ({ total: fallback, parts: names.map((part) => ({ part, value: fallback, error })) })
  try {
    const { parts, total } = score()
    const odd = [total, ...parts.flatMap(({ factor = 1, value }) => [value, factor])].find((number) => !Number.isFinite(number))
    return odd === undefined ? { total, parts } : failedAll(`${name} is ${odd}, not a finite number`)
  } catch (cause) {
    return failedAll(reasonOf(cause))
  }
}

type Own = Pick<Reward, "partNames" | "looksUp" | "score">

/** A reward is told where training stands only where it, or a part of it, declares that it goes by that. */
const told = (scheduled: boolean, sample: Scorable): Scorable =>
  scheduled || sample.training === undefined ? sample : { ...sample, training: undefined }

const build = <Fields extends Schema.Struct.Fields, P extends Node.PartTypes>(
  definition: Identity<Fields, P>,
  own: (config: Schema.Struct<Fields>["Type"], parts: Node.Held<P>, mark: object) => Own,
  declared = false
) => {
  const node = Node.define<Fields, P, Own & Pick<Reward, "scheduled">>(
    { ...definition, kind: "reward" },
    (config, parts) => {
      const held = Node.partsOf({ parts: parts as Node.Parts }) as ReadonlyArray<Reward>
      const scheduled = declared || held.some((part) => part.scheduled)
      const made = own(config, parts, {})
      return { ...made, scheduled, score: (sample) => made.score(told(scheduled, sample)) }
    }
  )
  return (...[config, parts]: Arguments<Schema.Struct<Fields>["Encoded"], P>): Reward =>
    node(config ?? {}, (parts ?? {}) as Node.Parts)
}
