import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as ConfigCodec from "./ConfigCodec.ts"
import type { ContentError, Kind, Node } from "./Node.ts"

/** What a stage does with the policy being studied. */
export type Subject = "ignores" | "reads" | "changes"

/**
 * One step of a pipeline: a node with a typed input and output.
 *
 * `run` gets everything that it needs as arguments and services; it closes over nothing that can change.
 */
export interface Stage<in In, out Out, out E = never, out R = never> extends Node {
  readonly subject: Subject
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

/** A stage of any type. `In` is contravariant, hence `never`. */
export type Any = Stage<never, unknown, unknown, unknown>

export interface Definition<Fields extends Schema.Struct.Fields, In, Out, E, R> {
  readonly kind: Kind
  readonly name: string
  /** `import.meta.url` of the defining module; the constructor must be exported from it as `exportName`. */
  readonly module: string
  /** Defaults to `name`. */
  readonly exportName?: string
  readonly config: Schema.Struct<Fields>
  readonly subject?: Subject
  readonly random?: boolean
  /** Hash of outside files that the stage reads. */
  readonly content?: (config: Schema.Struct<Fields>["Type"]) => Effect.Effect<string, ContentError>
  readonly run: (
    config: Schema.Struct<Fields>["Type"],
    input: In,
    parts: ReadonlyArray<Node>
  ) => Effect.Effect<Out, E, R>
}

/**
 * Makes the constructor of a stage: config (and the nodes it holds) in, stage out.
 *
 * Throws `InvalidConfig`, naming stage and key, when the config does not fit its schema.
 */
export const define = <Fields extends Schema.Struct.Fields, In, Out, E, R>(
  definition: Definition<Fields, In, Out, E, R>
) => {
  const { decode, encode } = ConfigCodec.make(definition.name, definition.config)
  const make = (input: unknown, parts: ReadonlyArray<Node>): Stage<In, Out, E, R> => {
    const config = decode(input)
    return {
      kind: definition.kind,
      name: definition.name,
      code: { module: definition.module, export: definition.exportName ?? definition.name },
      config: encode(config),
      parts,
      subject: definition.subject ?? "ignores",
      random: definition.random ?? false,
      content: definition.content?.(config),
      rebuild: make,
      run: (value) => definition.run(config, value, parts)
    }
  }
  return (config: Schema.Struct<Fields>["Encoded"], parts: ReadonlyArray<Node> = []): Stage<In, Out, E, R> =>
    make(config, parts)
}
