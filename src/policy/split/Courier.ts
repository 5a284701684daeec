/** Takes the trainer's weights to the sampler when they have changed, and knows whether they are still there. */
import { mkdtemp, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { adapterFile } from "../../model/lora.ts"
import { exits } from "../../pipeline/Errors.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { fileHash } from "../../task/hashing.ts"
import { PolicyError } from "../policyError.ts"
import type { Portable } from "../portable.ts"
import type { Delivery, Receiver } from "../receiver.ts"

export interface Courier {
  /** Says that the weights are others now. */
  readonly changed: Effect.Effect<void>
  /** Sees that the sampler has the weights of now. */
  readonly deliver: Effect.Effect<void, PolicyError>
  /** Whether it has them still. */
  readonly arrived: Effect.Effect<boolean, PolicyError>
}

export interface Route {
  readonly portable: Pick<Portable["Service"], "write">
  readonly receiver: Receiver["Service"]
  readonly what: Delivery["what"]
  /** Where weights are put. */
  readonly here: string
  /** What the sampler calls the folder of that name in it. */
  readonly there: (name: string) => string
}

const fileOf = { model: "model.safetensors", adapter: adapterFile } as const

/**
 * Weights go by a hash of what they are, so that those that the sampler has already, as after a crash of this side, are not sent
 * again. A folder stays until the next one has arrived, or the scope ends.
 */
export const make = ({ here, portable, receiver, there, what }: Route): Effect.Effect<Courier, never, Scope.Scope> => {
  let current: Delivery | undefined
  const remove = (name: string) => Effect.promise(() => rm(join(here, name), { recursive: true, force: true }))
  const onDisk = <A>(work: () => Promise<A>) =>
    Effect.tryPromise({
      try: work,
      catch: (cause) =>
        new PolicyError({ operation: "split", message: `${here} cannot be written (${reasonOf(cause)}). Name another folder.`, exitCode: exits.broke })
    })

  const pack = Effect.gen(function*() {
    const draft = yield* onDisk(() => mkdtemp(join(here, "next-")))
    yield* portable.write(draft, what)
    const version = yield* Effect.orDie(fileHash(join(draft, fileOf[what])))
    yield* remove(version)
    yield* onDisk(() => rename(draft, join(here, version)))
    return { version, folder: there(version), what } satisfies Delivery
  })
  const discard = Effect.suspend(() => current === undefined ? Effect.void : remove(current.version))
  let stale = true
  const renew = Effect.gen(function*() {
    if (!stale && current !== undefined) return current
    const next = yield* pack
    if (next.version !== current?.version) yield* discard
    stale = false
    return (current = next)
  })
  const courier: Courier = {
    changed: Effect.sync(() => void (stale = true)),
    deliver: Effect.gen(function*() {
      const delivery = yield* renew
      if (!(yield* receiver.has(delivery))) yield* receiver.receive(delivery)
    }),
    arrived: Effect.suspend(() => stale || current === undefined ? Effect.succeed(false) : receiver.has(current))
  }
  return Effect.acquireRelease(Effect.succeed(courier), () => discard)
}
