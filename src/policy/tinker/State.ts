/** The state of a policy on a server, as a file: the name of a checkpoint there. */
import { readFile, writeFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { exits } from "../../pipeline/Errors.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { PolicyError } from "../policyError.ts"

export const State = Schema.Struct({
  kind: Schema.Literals(["weights", "training"]),
  /** Who has it. */
  url: Schema.String,
  model: Schema.String,
  checkpoint: Schema.NonEmptyString,
  lineage: Schema.String,
  /** The checkpoint that a KL term looks back to; null is the base. */
  reference: Schema.NullOr(Schema.String)
})
export type State = typeof State.Type

const wrong = (path: string, problem: string) => new PolicyError({ operation: "state", message: `${path} ${problem}`, exitCode: exits.broke })

export const write = (path: string, state: State): Effect.Effect<void, PolicyError> =>
  Effect.tryPromise({
    try: () => writeFile(path, `${JSON.stringify(state)}\n`),
    catch: (cause) => wrong(path, `cannot be written (${reasonOf(cause)}).`)
  })

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(State))

/** Fails where the file is of another kind of policy. */
export const read = (path: string): Effect.Effect<State, PolicyError> =>
  Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: (cause) => wrong(path, `cannot be read (${reasonOf(cause)}).`) }).pipe(
    Effect.flatMap(decode),
    Effect.mapError((cause) => cause instanceof PolicyError ? cause : wrong(path, "holds no checkpoint of a Tinker server. It is of another policy."))
  )
