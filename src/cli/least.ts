/** Numbers that must not be below what was asked for, so that a CI job can rest on them. */
import * as Effect from "effect/Effect"
import { exits } from "../pipeline/Errors.ts"
import { unknownName } from "../pipeline/near.ts"
import { Failure, usage } from "./failure.ts"

export interface Least {
  readonly name: string
  readonly value: number
}

/** Fails with a usage error for a name that will not be among the numbers, before anybody waits for them. */
export const checkNames = (known: ReadonlyArray<string>, wanted: ReadonlyArray<Least>): Effect.Effect<void, Failure> => {
  const unknown = wanted.find(({ name }) => !known.includes(name))
  return unknown === undefined ? Effect.void : Effect.fail(usage(unknownName("number called", unknown.name, known, "")))
}

/** Fails with every number that is too low; one that is not there is. */
export const checkLeast = (
  found: { readonly [name: string]: number | null },
  wanted: ReadonlyArray<Least>
): Effect.Effect<void, Failure> => {
  const low = wanted.filter(({ name, value }) => (found[name] ?? -Infinity) < value)
  if (low.length === 0) return Effect.void
  const said = low.map(({ name, value }) => `${name} is ${found[name]?.toFixed(4) ?? "not there"}, below ${value}`)
  return Effect.fail(new Failure({ exitCode: exits.broke, message: `${said.join("; ")}.` }))
}
