/** Pipelines: stages in the order of the work, as values. */
import type { Chain, Errors, Last, Services } from "./chain.ts"
import * as Paths from "./Paths.ts"
import type { Any, Stage } from "./Stage.ts"

export { mermaid, print } from "./diagram.ts"
export { every } from "./every.ts"
export { loop } from "./loop.ts"

/**
 * Stages in the order of the work, as a value: `Out` is what the last one gives, `E` what can go wrong, `R` what they
 * need.
 *
 * Nothing runs until a `Runner` is given a plan of it.
 */
export interface Pipeline<out Out, out E = never, out R = never> {
  readonly stages: ReadonlyArray<Any>
  /** Adds stages at the end. A stage that does not take what comes before it does not compile. */
  readonly pipe: <const Stages extends ReadonlyArray<Any>>(
    ...stages: Stages extends Chain<Out, Stages> ? Stages : Chain<Out, Stages>
  ) => Pipeline<Last<Out, Stages>, E | Errors<Stages>, R | Services<Stages>>
  /** Carries the types; never called. */
  readonly types?: (() => readonly [Out, E, R]) | undefined
}

const make = <Out, E, R>(stages: ReadonlyArray<Any>): Pipeline<Out, E, R> => ({
  stages,
  pipe: (...more) => make([...stages, ...more as ReadonlyArray<Any>])
})

/** A pipeline that starts with a source. */
export const from = <Out, E, R>(source: Stage<void, Out, E, R>): Pipeline<Out, E, R> => make([source])

/** The pipeline with other stages of the same types, as overrides make them. */
export const withStages = <Out, E, R>(
  _pipeline: Pipeline<Out, E, R>,
  stages: ReadonlyArray<Any>
): Pipeline<Out, E, R> => make(stages)

/** Every config value by its path: stage name, names of nested parts, config keys. */
export const params = (pipeline: Pipeline<unknown, unknown, unknown>): ReadonlyArray<Paths.Param> =>
  Paths.params(pipeline.stages)

/**
 * The pipeline with one config value changed. `path` is a path of `params`, or an unambiguous end of one.
 *
 * Throws `UnknownPath` or `InvalidConfig`.
 */
export const override = <Out, E, R>(pipeline: Pipeline<Out, E, R>, path: string, value: unknown): Pipeline<Out, E, R> =>
  make(Paths.override(pipeline.stages, path, value))
