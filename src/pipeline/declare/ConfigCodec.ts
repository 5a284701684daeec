/** The two ways of a config: from what a user wrote to what runs, and to the JSON that is stored and hashed. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { InvalidConfig } from "../Errors.ts"
import type { Json } from "../json.ts"

/** A key that may be left out of a config and then has this value. */
export const withDefault = <S extends Schema.Constraint>(schema: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

export interface ConfigCodec<Fields extends Schema.Struct.Fields> {
  /** Throws `InvalidConfig`, naming `name` and every key that does not fit. */
  readonly decode: (input: unknown) => Schema.Struct<Fields>["Type"]
  readonly encode: (config: unknown) => { readonly [key: string]: Json }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What a text of JSON would say of a value, cut where it is long. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const valueAt = (input: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>((value, key) =>
    typeof value === "object" && value !== null ? (value as { [key: PropertyKey]: unknown })[key] : undefined, input)

/** Every key that does not fit, "" for the whole, with what was expected and what was given. */
export const misfits = (input: unknown, error: Schema.SchemaError): ReadonlyArray<{ readonly key: string; readonly message: string }> =>
  format(error.issue).issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => typeof part === "object" ? part.key : part)
    const given = valueAt(input, keys)
    return { key: keys.map(String).join("."), message: given === undefined ? message : `${message}, got ${shown(given)}` }
  })

const explain = (input: unknown, error: Schema.SchemaError): string =>
  misfits(input, error).map(({ key, message }) => key === "" ? message : `${key}: ${message}`).join("; ")

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
        if (!Schema.isSchemaError(cause)) throw cause
        throw new InvalidConfig({ stage: name, message: `${name}: ${explain(input, cause)}` })
      }
    },
    encode: Schema.encodeUnknownSync(schema as never)
  }
}
