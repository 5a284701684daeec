/** Nodes: what a study is built of, as plain data. The one way to make them is `define`. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { InvalidConfig, NotCanonical } from "../Errors.ts"
import type { Json } from "../json.ts"
import { stringify } from "../plan/Canonical.ts"
import * as ConfigCodec from "./ConfigCodec.ts"
import { makerOf } from "./place.ts"

/** What a node is, in the words of the field. For people: nothing the engine does hangs on it. */
export type Kind =
  | "data"
  | "filter"
  | "prompt"
  | "rollout"
  | "reward"
  | "update"
  | "evaluate"
  | "loop"
  | "policy"
  | "task"

/** Where the code of a node lives, so that its fingerprint can follow edits of it and of what it calls. */
export interface CodeRef {
  /** `import.meta.url` of the module. */
  readonly module: string
  /** The name under which that module exports the constructor. */
  readonly export: string
}

/** The nodes that a node holds, by the names that its definition gives them; a list where it holds a chain. */
export type Parts = { readonly [name: string]: Node | ReadonlyArray<Node> | undefined }

/**
 * Part of a study as plain data: what it is, its config as JSON, its code, and the nodes it is made of.
 *
 * A stage is a node that runs; a reward, a task or a policy is a node that a stage holds. Everything that printing,
 * drawing, diffing, overriding and fingerprinting a pipeline need is here, so none of them runs anything.
 */
export interface Node {
  readonly kind: Kind
  readonly name: string
  /** What it goes by among the nodes beside it: its name, unless it was given one of its own. */
  readonly label: string
  /** The key of its config that only says what it goes by, and so is no part of its own fingerprint, but of one that holds it. */
  readonly labelKey: string | undefined
  /** Keys of its config that change nothing of what comes out, such as how long it waits: they are no part of its fingerprint. */
  readonly incidental: ReadonlyArray<string>
  /** Where the study made it, such as `my-study.ts:12`; for messages only. */
  readonly place: string | undefined
  readonly code: CodeRef
  readonly config: { readonly [key: string]: Json }
  /** Keys that its config may have and has not. */
  readonly absent: ReadonlyArray<string>
  readonly parts: Parts
  /** True when the result depends on the seed of the run. */
  readonly random: boolean
  /** Kinds of rows that it deals with, where it cannot deal with any: a study that gives it another is not planned. */
  readonly covers: ReadonlyArray<string> | undefined
  /** Hash of what the node reads from outside the study (annotation files, model weights). */
  readonly content?: Effect.Effect<string, ContentError> | undefined
  /** What it takes from elsewhere before it can run; gives undefined where that is nothing. */
  readonly supply?: Effect.Effect<Supply | undefined, ContentError> | undefined
  /** The same node with another config (decoded by its schema; throws `InvalidConfig`) or other parts. */
  readonly rebuild: (config: unknown, parts: Parts) => Node
}

/** What a node reads from outside cannot be read: `path` names it, `message` says why and what to do. */
export interface ContentError {
  readonly _tag: string
  readonly path: string
  readonly message: string
}

/** What a node takes from elsewhere, such as a model by its name: how much of it is not on this machine yet. */
export interface Supply {
  /** What it is, for people. */
  readonly name: string
  readonly files: number
  readonly bytes: number
  /** Brings it, and tells `Fetching` how far it is. A node that runs without it does the same. */
  readonly bring: Effect.Effect<void, ContentError>
}

/** All nodes that a node holds, one after the other. */
export const partsOf = (node: Pick<Node, "parts">): ReadonlyArray<Node> =>
  Object.values(node.parts).flatMap((part) => part ?? [])

/** The parts with each node changed; `index` counts as `partsOf` lists them. */
export const mapParts = (parts: Parts, change: (part: Node, index: number) => Node): Parts => {
  let index = 0
  const each = (part: Node) => change(part, index++)
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, held]) =>
      held === undefined ? [] : [[name, Array.isArray(held) ? held.map(each) : each(held as Node)] as const]
    )
  )
}

/** A place for a node of type `N` in a definition. */
export interface Part<out N, Need extends "one" | "optional" | "list" = "one" | "optional" | "list"> {
  readonly need: Need
  /** Carries the type; never called. */
  readonly types?: (() => N) | undefined
}

/** The parts of a node, by name. */
export type PartTypes = { readonly [name: string]: Part<unknown> }

/** A node that must be given. */
export const part = <N>(): Part<N, "one"> => ({ need: "one" })

/** A node that may be left out. */
export const optional = <N>(_part: Part<N, "one">): Part<N, "optional"> => ({ need: "optional" })

/** Any number of nodes, in order. */
export const list = <N>(_part: Part<N, "one">): Part<N, "list"> => ({ need: "list" })

/** The parts as the node's own code gets them. */
export type Held<P extends PartTypes> = {
  readonly [K in keyof P]: P[K] extends Part<infer N, infer Need>
    ? Need extends "optional" ? N | undefined : Need extends "list" ? ReadonlyArray<N> : N
    : never
}

/** What a node is defined by. */
export interface Definition<Fields extends Schema.Struct.Fields, P extends PartTypes> {
  readonly kind: Kind
  readonly name: string
  /** What it goes by among its siblings. Defaults to `name`. */
  readonly label?: string
  /** The key of its config that says so instead, where it is given. It changes no fingerprint. */
  readonly labelKey?: keyof Fields & string
  /** Keys that change nothing of what comes out; none unless given. They change no fingerprint. */
  readonly incidental?: ReadonlyArray<keyof Fields & string>
  /** `import.meta.url` of the defining module; the constructor must be exported from it as `exportName`. */
  readonly module: string
  /** Defaults to `name`. */
  readonly exportName?: string
  readonly config: Schema.Struct<Fields>
  readonly parts?: P
  readonly random?: boolean
  /** Kinds of rows that it deals with, such as the tasks that a reward judges; any unless given. */
  readonly covers?: (config: Schema.Struct<Fields>["Type"]) => ReadonlyArray<string>
  /** Hash of what the node reads from outside. */
  readonly content?: (config: Schema.Struct<Fields>["Type"]) => Effect.Effect<string, ContentError>
  /** What it takes from elsewhere before it can run; gives undefined where that is nothing. */
  readonly supply?: (config: Schema.Struct<Fields>["Type"]) => Effect.Effect<Supply | undefined, ContentError>
  /** What is wrong where config and parts do not go together, which no schema can tell; undefined if nothing. */
  readonly problem?: (config: Schema.Struct<Fields>["Type"], parts: Held<P>) => string | undefined
}

const checkParts = (name: string, types: PartTypes, given: Parts): void => {
  for (const key of Object.keys(given)) {
    if (given[key] !== undefined && !(key in types)) {
      const known = Object.keys(types).join(", ") || "none"
      throw new InvalidConfig({ stage: name, message: `${name}: it has no part "${key}"; its parts are: ${known}.` })
    }
  }
  for (const [key, { need }] of Object.entries(types)) {
    const found = given[key]
    if (need === "optional" && found === undefined) continue
    if (found !== undefined && Array.isArray(found) === (need === "list")) continue
    const what = need === "list" ? "a list of nodes" : "one node"
    throw new InvalidConfig({ stage: name, message: `${name}: its part "${key}" must be ${what}.` })
  }
}

/** What is stored and hashed of a config; refuses what JSON would drop or bend, which a schema may let through. */
const storable = (name: string, config: { readonly [key: string]: Json }): { readonly [key: string]: Json } => {
  try {
    stringify(config)
    return config
  } catch (cause) {
    if (!(cause instanceof NotCanonical)) throw cause
    const remedy = / is undefined/.test(cause.message) ? "Leave the key out, or let its schema take null" : "Let its schema encode it as JSON"
    throw new InvalidConfig({ stage: name, message: `${name}: ${cause.message}. ${remedy}.` })
  }
}

const labelOf = <Fields extends Schema.Struct.Fields>(
  { label, labelKey, name }: Pick<Definition<Fields, PartTypes>, "label" | "labelKey" | "name">,
  config: { readonly [key: string]: unknown }
): string => {
  const given = labelKey === undefined ? undefined : config[labelKey]
  return typeof given === "string" ? given : label ?? name
}

/**
 * Makes the constructor of a node: config and parts in, node out, with what `more` adds to it (how a stage runs, how a
 * reward judges).
 *
 * The constructor throws `InvalidConfig`, naming node and key, when config or parts do not fit.
 */
export const define = <Fields extends Schema.Struct.Fields, P extends PartTypes, More extends object>(
  definition: Definition<Fields, P>,
  more: (config: Schema.Struct<Fields>["Type"], parts: Held<P>, place: string | undefined) => More
) => {
  const { decode, encode } = ConfigCodec.make(definition.name, definition.config)
  const code: CodeRef = { module: definition.module, export: definition.exportName ?? definition.name }
  const build = (input: unknown, parts: Parts, place: string | undefined): Node & More => {
    const config = decode(input)
    checkParts(definition.name, definition.parts ?? {}, parts)
    const held = parts as Held<P> // `checkParts` saw to the shape; what stands in it, the constructor's own types
    const problem = definition.problem?.(config, held)
    if (problem !== undefined) {
      throw new InvalidConfig({ stage: definition.name, message: `${definition.name}: ${problem}` })
    }
    const encoded = storable(definition.name, encode(config))
    return {
      kind: definition.kind,
      name: definition.name,
      label: labelOf(definition, config),
      labelKey: definition.labelKey,
      incidental: definition.incidental ?? [],
      place,
      code,
      config: encoded,
      absent: Object.keys(definition.config.fields).filter((key) => !(key in encoded)),
      parts,
      random: definition.random ?? false,
      covers: definition.covers?.(config),
      content: definition.content?.(config),
      supply: definition.supply?.(config),
      rebuild: (changed, others) => build(changed, others, place),
      ...more(config, held, place)
    }
  }
  return (config: unknown, parts: Parts): Node & More => build(config, parts, makerOf(new Error()))
}
