/** Whether a Tinker server is there and can do what a study wants, found out once a process. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Facts, Probe, Wanted } from "../../pipeline/declare/policyNode.ts"
import { exits } from "../../pipeline/Errors.ts"
import { PolicyError } from "../policyError.ts"
import type { SampleOptions } from "../sampler.ts"
import { capabilities, type Found } from "./capabilities.ts"
import type { Reader } from "./Folder.ts"
import type { Creating } from "./model.ts"
import { unfit } from "./server.ts"

export type Asked = Omit<Creating, "session">

const known = new Map<string, Found>()
const one = Semaphore.makeUnsafe(1)

/** What the server can do with the model, asked at most once a process. Fails with `PolicyError`. */
export const probed = (asked: Asked, folder: string, reader: Reader): Effect.Effect<Found, PolicyError> =>
  one.withPermits(1)(Effect.suspend(() => {
    const key = JSON.stringify([asked.server.url, asked.base, asked.lora, folder])
    const before = known.get(key)
    return before !== undefined ? Effect.succeed(before) : capabilities(asked, reader).pipe(
      Effect.tap((now) => Effect.sync(() => known.set(key, now))),
      Effect.mapError((error) => error instanceof PolicyError ? error : unfit(asked.server, "probe")(error))
    )
  }))

/** Fails where longer answers are wanted than there is room for; `who` wants them. */
export const checkRoom = ({ contextTokens }: Found, url: string, { maxTokens = 0 }: Partial<SampleOptions>, who = ""): Effect.Effect<void, PolicyError> =>
  contextTokens === undefined || maxTokens < contextTokens ? Effect.void : Effect.fail(
    new PolicyError({
      operation: "sample",
      message: `${url} has room for ${contextTokens} tokens, prompt included, and ${who}answers of maxTokens ${maxTokens} are wanted. Ask for shorter ones.`,
      exitCode: exits.invalid
    })
  )

/** As facts. */
const factsOf = (url: string, model: string, { base: _, contextTokens, images, linear, logprobs, seed, wire }: Found): Facts => ({
  "server.url": url,
  "server.model": model,
  "server.wire": wire,
  ...(contextTokens === undefined ? {} : { "server.contextTokens": contextTokens }),
  "server.logprobs": logprobs ? 1 : 0,
  "server.seed": seed ? 1 : 0,
  "server.images": images === true ? 1 : 0,
  "server.trains": typeof linear === "string" ? 0 : 1,
  ...(typeof linear === "string" ? {} : {
    "server.linearLoss": linear.loss,
    "server.lossDividedBy": linear.reduction.by,
    "server.lossDividedOver": linear.reduction.over,
    "server.reductionKnownBy": linear.by
  })
})

/** The probe of a policy on a Tinker server. `reader` reads its folder. */
export const probe = (asked: Asked, folder: string, reader: Effect.Effect<Reader, { readonly message: string }>): Probe =>
(wanted: ReadonlyArray<Wanted>, patienceSeconds) =>
  Effect.gen(function*() {
    const read = yield* Effect.mapError(reader, ({ message }) => new PolicyError({ operation: "folder", message, exitCode: exits.invalid }))
    const found = yield* probed({ ...asked, server: { ...asked.server, patienceSeconds } }, folder, read)
    for (const { stage, wants } of wanted) yield* checkRoom(found, asked.server.url, wants, `by the stage "${stage}" `)
    return factsOf(asked.server.url, asked.base, found)
  })
