/** Stages: nodes that run, with a typed input and output. `define` makes the constructor of one. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { BrokenStage } from "../Errors.ts"
import type { Amounts } from "../run/Resources.ts"
import type { BuiltIn, LoopStep, StageKey } from "../run/services.ts"
import type { Declared, Metric } from "./Metric.ts"
import * as Node from "./Node.ts"
import type { Wanted } from "./policyNode.ts"

/** What a stage does with the policy being studied. */
export type Subject = "ignores" | "reads" | "changes"

/** How a stage behaves, as the engine and its displays need to know it. */
export interface Behaviour {
  readonly subject: Subject
  /** Keys of the policy's services that it asks for. */
  readonly needs: ReadonlyArray<string>
  /** What it is going to want of them, for policies that find out beforehand whether they can. */
  readonly wants: Wanted["wants"]
  /**
   * What the next stage gets: what this one returns, or what it was given itself. The engine relies on the latter and never
   * asks what such a stage returns, so a new evaluation before a loop does not make the loop run again.
   */
  readonly gives: "output" | "input"
  /** Steps that it journals by itself, one transaction each. Without them, the engine journals what it records at its end. */
  readonly steps: number | undefined
  /**
   * Whether it is run again, though finished, before something new reads what it made: its files may have been deleted
   * meanwhile, and one that finds them does next to nothing.
   */
  readonly repeatable: boolean
  /** Kinds of the rows that it makes, such as the tasks of its prompts, where it says so: see `covers` of nodes. */
  readonly makes: ReadonlyArray<string> | undefined
  /** What it records. */
  readonly metrics: ReadonlyArray<Declared>
  /** Metrics whose curves it reads, by the names that an earlier stage gives them. */
  readonly judges: ReadonlyArray<string>
  /** What it needs to itself while it runs, beside what runs side by side. */
  readonly resources: Amounts
}

/**
 * One step of a pipeline: a node with a typed input and output.
 *
 * `run` gets everything that it needs as arguments and services; it closes over nothing that can change.
 */
export interface Stage<in In, out Out, out E = never, out R = never> extends Node.Node, Behaviour {
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

/** A stage that hands on what it was given, such as an evaluation or a training loop. */
export interface Passes<in In, out E = never, out R = never> extends Stage<In, unknown, E, R> {
  readonly gives: "input"
}

/** A stage of any type. `In` is contravariant, hence `never`. */
export type Any = Stage<never, unknown, unknown, unknown>

/** Whether a node is a stage. */
export const isStage = (node: Node.Node): node is Any => "run" in node

/**
 * What a part may fail with and what it needs, as the stage that holds it sees them: the constructor puts the part's own
 * errors and services in their places.
 */
export interface PartError {
  readonly message: string
  readonly "of a part": true
}
/** The services that a part needs, in the place of those that are not known yet. */
export interface PartServices {
  readonly "of a part": true
}

/** A place for a stage in the definition of another. */
export const part = <In, Out>() => Node.part<Stage<In, Out, PartError, PartServices>>()

type Returns<A, E, R> = Effect.Effect<A, E, R>
type Out<Ret> = [Ret] extends [Returns<infer A, infer _E, infer _R>] ? A : Awaited<Ret>
type Error<Ret> = [Ret] extends [Returns<infer _A, infer E, infer _R>] ? E : never
type Services<Ret> = [Ret] extends [Returns<infer _A, infer _E, infer R>] ? R : never

type Service = Context.Service.Any
type Identifiers<Needs extends ReadonlyArray<Service>> = Context.Service.Identifier<Needs[number]>
type Undeclared<Ret, Needs extends ReadonlyArray<Service>> = Exclude<
  Services<Ret>,
  BuiltIn | LoopStep | PartServices | Identifiers<Needs>
>

type GivenNode<N> = N extends Stage<infer In, infer O, infer _E, infer _R> ? Stage<In, O, unknown, unknown> : N
type GivenPart<P> = P extends Node.Part<infer N, infer Need>
  ? Need extends "list" ? ReadonlyArray<GivenNode<N>> : GivenNode<N>
  : never
type OptionalKeys<P extends Node.PartTypes> = {
  [K in keyof P]: P[K]["need"] extends "optional" ? K : never
}[keyof P]

/** The parts that a constructor is to be given. */
export type Given<P extends Node.PartTypes> =
  & { readonly [K in Exclude<keyof P, OptionalKeys<P>>]: GivenPart<P[K]> }
  & { readonly [K in OptionalKeys<P>]?: GivenPart<P[K]> | undefined }

type Flat<V> = V extends ReadonlyArray<infer N> ? N : V
type PartErrors<G> = Flat<G[keyof G]> extends infer N ? N extends Stage<never, unknown, infer E, unknown> ? E : never : never
type PartNeeds<G> = Flat<G[keyof G]> extends infer N ? N extends Stage<never, unknown, unknown, infer R> ? R : never : never

/** What a stage is defined by. */
export interface Definition<
  Fields extends Schema.Struct.Fields,
  P extends Node.PartTypes,
  In,
  Ret,
  Needs extends ReadonlyArray<Service>,
  Gives extends Behaviour["gives"],
  Random extends boolean = boolean
> extends Node.Definition<Fields, P> {
  /** Whether it draws from `StageKey`, so that its result depends on the seed of the run; false unless given. */
  readonly random?: Random
  readonly subject?: Subject
  /** Services of the policy that `run` asks for, such as `[Sampler]`. */
  readonly needs?: Needs
  /** What it is going to want of them, by names that policies know, such as `{ topK: 5 }`; nothing unless given. */
  readonly wants?: (config: Schema.Struct<Fields>["Type"]) => Wanted["wants"]
  /** "output" unless given. */
  readonly gives?: Gives
  readonly steps?: (config: Schema.Struct<Fields>["Type"]) => number
  /** False unless given. */
  readonly repeatable?: boolean
  /** Kinds of the rows that it makes; unknown unless given. */
  readonly makes?: (config: Schema.Struct<Fields>["Type"], parts: Node.Held<P>) => ReadonlyArray<string> | undefined
  readonly metrics?:
    | ReadonlyArray<Metric>
    | ((config: Schema.Struct<Fields>["Type"], parts: Node.Held<P>) => ReadonlyArray<Metric | Declared>)
  /** Metrics of earlier stages that `run` asks `History` for; none unless given. */
  readonly judges?: (config: Schema.Struct<Fields>["Type"]) => ReadonlyArray<string>
  /**
   * What it needs to itself while it runs, by name: "memory" in bytes, "cpu" in cores, and whatever else a machine or a server has
   * places of, such as `{ gpu: 1 }`. Runs side by side never take more together than there is. Nothing unless given.
   */
  readonly resources?: (config: Schema.Struct<Fields>["Type"]) => Amounts
  /** Returns an Effect, a promise or a plain value; of what JSON carries unchanged, with rows in one place. */
  readonly run: (config: Schema.Struct<Fields>["Type"], input: In, parts: Node.Held<P>) => Ret
}

/** What the compiler shows when `run` asks for a service of the policy that `needs` does not name. */
type Honest<Ret, Needs extends ReadonlyArray<Service>> = [Undeclared<Ret, Needs>] extends [never] ? unknown
  : { readonly needs: { readonly "`run` asks for what `needs` does not name": Undeclared<Ret, Needs> } }

/** The same when it asks for `StageKey` and `random` does not say so. Parts may be what it is for, which say so themselves. */
type Drawn<Ret, P extends Node.PartTypes, Random> = [Extract<Services<Ret>, StageKey>] extends [never] ? unknown
  : [keyof P] extends [never] ? true extends Random ? unknown
    : { readonly random: "`run` asks for StageKey, so what comes out depends on the seed: `random: true` must say so" }
  : unknown

type Made<In, Ret, E, R, Gives> = "input" extends Gives ? Passes<In, E, R> : Stage<In, Out<Ret>, E, R>

/** Config and parts in, stage out; its errors and services are its own and those of its parts. */
type Constructor<Config, In, Ret, P extends Node.PartTypes, Gives> = [keyof P] extends [never]
  ? (config: Config) => Made<In, Ret, Error<Ret>, Services<Ret>, Gives>
  : <const G extends Given<P>>(config: Config, ...parts: {} extends Given<P> ? [parts?: G] : [parts: G]) => Made<
    In,
    Ret,
    Exclude<Error<Ret>, PartError> | PartErrors<G>,
    Exclude<Services<Ret>, PartServices> | PartNeeds<G>,
    Gives
  >

/** Also one of a library's own, such as a query, that only has `then`. */
const isPromise = (returned: unknown): returned is PromiseLike<unknown> =>
  typeof returned === "object" && returned !== null && "then" in returned && typeof returned.then === "function"

const effectOf = (returned: unknown): Effect.Effect<unknown, unknown, unknown> =>
  Effect.isEffect(returned)
    ? returned as Effect.Effect<unknown, unknown, unknown>
    : isPromise(returned)
    ? Effect.promise(() => returned)
    : Effect.succeed(returned)

/** Runs what a user wrote; whatever it throws names the stage, and the line of the user's own file. */
const perform = (name: string, place: string | undefined, run: () => unknown) =>
  Effect.suspend(() => effectOf(run())).pipe(
    Effect.catchDefect((defect) => Effect.die(BrokenStage.of(name, place, defect)))
  )

const declared = (metrics: ReadonlyArray<Metric | Declared>): ReadonlyArray<Declared> =>
  metrics.map((metric) => ({ scope: "", ...metric }))

/**
 * Makes the constructor of a stage: config (and the nodes it holds) in, stage out.
 *
 * ```ts
 * export const large = Stage.define({
 *   kind: "filter",
 *   name: "large",
 *   module: import.meta.url,
 *   config: Schema.Struct({ pixels: Schema.Int }),
 *   run: ({ pixels }, dataset: Data.Dataset) => Data.keep(dataset, ({ image }) => image.width * image.height >= pixels)
 * })
 * ```
 * `run` gets its parts by name, with `PartError` and `PartServices` for what they may fail with and need; the stage has
 * the parts' own in their places. The constructor throws `InvalidConfig`, naming stage and key, when config or parts do
 * not fit.
 */
export const define = <
  Fields extends Schema.Struct.Fields,
  In,
  Ret,
  P extends Node.PartTypes = {},
  const Needs extends ReadonlyArray<Service> = [],
  Gives extends Behaviour["gives"] = "output",
  Random extends boolean = false
>(
  definition: Definition<Fields, P, In, Ret, Needs, Gives, Random> & Honest<Ret, Needs> & Drawn<Ret, P, Random>
): Constructor<Schema.Struct<Fields>["Encoded"], In, Ret, P, Gives> => {
  const build = Node.define<Fields, P, Behaviour & Pick<Any, "run">>(definition, (config, parts, place) => {
    const { metrics = [] } = definition
    return {
      subject: definition.subject ?? "ignores",
      needs: (definition.needs ?? []).map(({ key }) => key),
      wants: definition.wants?.(config) ?? {},
      gives: definition.gives ?? "output",
      steps: definition.steps?.(config),
      repeatable: definition.repeatable ?? false,
      makes: definition.makes?.(config, parts),
      judges: definition.judges?.(config) ?? [],
      resources: definition.resources?.(config) ?? {},
      metrics: declared(typeof metrics === "function" ? metrics(config, parts) : metrics),
      run: (input) => perform(definition.name, place, () => definition.run(config, input, parts))
    }
  })
  const make = (config: unknown, parts: Node.Parts = {}) => build(config, parts)
  return make as never // the types of a definition, and those of its parts put in
}
