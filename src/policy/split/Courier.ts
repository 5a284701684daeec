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
 * again. A folder stays until the next one has arrived, or the scope ends; one that could not be written whole does not.
 */
export const make = ({ here, portable, receiver, there, what }: Route): Effect.Effect<Courier, never, Scope.Scope> => {
  const remove = (path: string) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  const onDisk = <A>(work: () => Promise<A>) =>
    Effect.tryPromise({
      try: work,
      catch: (cause) =>
        new PolicyError({ operation: "split", message: `${here} cannot be written (${reasonOf(cause)}). Name another folder.`, exitCode: exits.broke })
    })
  /** The weights that lie there, by version. */
  const lying = new Set<string>()
  const keep = (draft: string, version: string) =>
    lying.has(version) ? remove(draft) : Effect.andThen(
      onDisk(() => rename(draft, join(here, version))),
      Effect.sync(() => void lying.add(version))
    )
  const dropAllBut = (version?: string) =>
    Effect.forEach([...lying].filter((one) => one !== version), (one) =>
      Effect.andThen(remove(join(here, one)), Effect.sync(() => void lying.delete(one))))

  const pack = Effect.scoped(Effect.gen(function*() {
    // whatever becomes of it: what was kept goes by another name by then
    const draft = yield* Effect.acquireRelease(onDisk(() => mkdtemp(join(here, "next-"))), remove)
    yield* portable.write(draft, what)
    const version = yield* Effect.orDie(fileHash(join(draft, fileOf[what])))
    yield* keep(draft, version)
    return { version, folder: there(version), what } satisfies Delivery
  }))
  let current: Delivery | undefined
  let stale = true
  const renew = Effect.gen(function*() {
    if (!stale && current !== undefined) return current
    current = yield* pack
    stale = false
    return current
  })
  const courier: Courier = {
    changed: Effect.sync(() => void (stale = true)),
    deliver: Effect.gen(function*() {
      const delivery = yield* renew
      if (!(yield* receiver.has(delivery))) yield* receiver.receive(delivery)
      yield* dropAllBut(delivery.version)
    }),
    arrived: Effect.suspend(() => stale || current === undefined ? Effect.succeed(false) : receiver.has(current))
  }
  return Effect.acquireRelease(Effect.succeed(courier), () => dropAllBut())
}
