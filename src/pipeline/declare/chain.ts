import type { Any, Stage } from "./Stage.ts"

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
 * tuple with the message in place of the stage at fault.
 */
export type Chain<In, Stages extends ReadonlyArray<Any>, End = unknown> = Stages extends
  readonly [infer Head, ...infer Tail extends ReadonlyArray<Any>]
  // in brackets, as an axis may put a union of stages in one place
  ? [Head] extends [Stage<infer Takes, infer Gives, infer _E, infer _R>]
    ? [In] extends [Takes] ? Tail extends readonly [] ? [Gives] extends [End] ? [Head] : [WrongEnd<Gives, End>]
      : [Head, ...Chain<Gives, Tail, End>]
    : [DoesNotFit<In, Takes>, ...Tail]
  : never
  : []

/** What the first stage takes. */
export type First<Stages extends ReadonlyArray<Any>> = Stages extends
  readonly [Stage<infer In, infer _Out, infer _E, infer _R>, ...ReadonlyArray<Any>] ? In : never

/** What the last stage gives, or `In` when there is none. */
export type Last<In, Stages extends ReadonlyArray<Any>> = Stages extends
  readonly [...ReadonlyArray<Any>, Stage<never, infer Out, unknown, unknown>] ? Out : In

/** Everything that can go wrong in one of the stages. */
export type Errors<Stages extends ReadonlyArray<Any>> = Stages[number] extends
  Stage<never, unknown, infer E, unknown> ? E : never

/** Every service that one of the stages needs. */
export type Services<Stages extends ReadonlyArray<Any>> = Stages[number] extends
  Stage<never, unknown, unknown, infer R> ? R : never
