/** Types of stages in a row: whether each takes what comes before it, and what all of them can fail with and need. */
import type { Any, Passes, Stage } from "./Stage.ts"

/** What the compiler shows when a stage stands in the wrong place. */
export interface DoesNotFit<Gets, Takes> {
  readonly "this stage does not take what comes before it": { readonly gets: Gets; readonly takes: Takes }
}

/** What the compiler shows when a chain ends with the wrong type. */
export interface WrongEnd<Gives, Wanted> {
  readonly "the last stage gives the wrong thing": { readonly gives: Gives; readonly wanted: Wanted }
}

/**
 * `Stages` itself when each takes what the one before it gives (the first takes `In`, the last gives an `End`), else a
 * tuple with the message in place of the stage at fault. A stage that hands on its input changes nothing for the next.
 */
export type Chain<In, Stages extends ReadonlyArray<Any>> = Links<In, Stages, unknown, "what comes before">

/** The same for a loop's body: it ends in nothing, and stages that hand on their input take the batch, wherever they stand. */
export type Body<Batch, Stages extends ReadonlyArray<Any>> = Links<Batch, Stages, void, { readonly batch: Batch }>

type Links<In, Stages extends ReadonlyArray<Any>, End, Passing> = Stages extends
  readonly [infer Head, ...infer Tail extends ReadonlyArray<Any>]
  ? [Head] extends [Passes<infer Takes, infer _E, infer _R>]
    ? [Passing extends { readonly batch: infer B } ? B : In] extends [Takes] ? Rest<Head, In, Tail, End, Passing>
    : [DoesNotFit<In, Takes>, ...Tail]
  // in brackets, as an axis may put a union of stages in one place
  : [Head] extends [Stage<infer Takes, infer Gives, infer _E, infer _R>]
    ? [In] extends [Takes] ? Rest<Head, Gives, Tail, End, Passing> : [DoesNotFit<In, Takes>, ...Tail]
  : never
  : []

/** A stage that fits, and what comes after it, which gets `Gives`. */
type Rest<Head, Gives, Tail extends ReadonlyArray<Any>, End, Passing> = Tail extends readonly []
  ? [Gives] extends [End] ? [Head] : [WrongEnd<Gives, End>]
  : [Head, ...Links<Gives, Tail, End, Passing>]

/** What the first stage takes, those apart that hand on their input. */
export type First<Stages extends ReadonlyArray<Any>> = Stages extends
  readonly [infer Head, ...infer Tail extends ReadonlyArray<Any>]
  ? [Head] extends [Passes<never, unknown, unknown>] ? First<Tail>
  : Head extends Stage<infer In, infer _Out, infer _E, infer _R> ? In
  : never
  : never

/** What the last stage gives that does not hand on its input, or `In` when there is none. */
export type Last<In, Stages extends ReadonlyArray<Any>> = Stages extends
  readonly [...infer Front extends ReadonlyArray<Any>, infer Tail]
  ? [Tail] extends [Passes<never, unknown, unknown>] ? Last<In, Front>
  : Tail extends Stage<never, infer Out, unknown, unknown> ? Out
  : never
  : In

type ErrorOf<S> = S extends Stage<never, unknown, infer E, unknown> ? E : never
type ServiceOf<S> = S extends Stage<never, unknown, unknown, infer R> ? R : never

/** Everything that can go wrong in one of the stages. */
export type Errors<Stages extends ReadonlyArray<Any>> = ErrorOf<Stages[number]>

/** Every service that one of the stages needs. */
export type Services<Stages extends ReadonlyArray<Any>> = ServiceOf<Stages[number]>
