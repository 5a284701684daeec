import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InvalidConfig } from "../Errors.ts"
import type { Json } from "../json.ts"

/** A key that may be left out of a config and then has this value. */
export const withDefault = <S extends Schema.Constraint>(schema: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

/** The two ways of a node's config: from what a user wrote to what runs, and to the JSON that is stored and hashed. */
export interface ConfigCodec<Fields extends Schema.Struct.Fields> {
  /** Throws `InvalidConfig`, naming `name` and every key that does not fit. */
  readonly decode: (input: unknown) => Schema.Struct<Fields>["Type"]
  readonly encode: (config: unknown) => { readonly [key: string]: Json }
}

export const make = <Fields extends Schema.Struct.Fields>(
  name: string,
  schema: Schema.Struct<Fields>
): ConfigCodec<Fields> => {
  const decode = Schema.decodeUnknownSync(schema as never, { errors: "all", onExcessProperty: "error" }) as (
    input: unknown
  ) => Schema.Struct<Fields>["Type"]
  return {
    decode: (input) => {
      try {
        return decode(input)
      } catch (cause) {
        throw InvalidConfig.of(name, cause)
      }
    },
    encode: Schema.encodeUnknownSync(schema as never)
  }
}
