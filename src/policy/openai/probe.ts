/** Whether a server is there and can do what a study wants, found out once a process. */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type { Facts, Probe, Wanted } from "../../pipeline/declare/policyNode.ts"
import { exits } from "../../pipeline/Errors.ts"
import { Models, Version } from "../../protocol/models.ts"
import { Refused } from "../http/send.ts"
import { PolicyError } from "../policyError.ts"
import type { SampleOptions } from "../sampler.ts"
import { type Capabilities, capabilities } from "./capabilities.ts"
import { callFor, failed, type Server } from "./post.ts"
import { checkReceives } from "./weights.ts"

/** What a server can do, and what it says of itself where it does. */
export interface Found extends Capabilities {
  readonly software: string | undefined
  /** Longest prompt and answer together, in tokens. */
  readonly contextTokens: number | undefined
}

/** Asked in passing: who does not answer at once, or otherwise, has said nothing. */
const aside = <S extends Schema.ConstraintDecoder<unknown>>(server: Server, path: string, schema: S) =>
  Effect.catch(callFor({ ...server, timeoutSeconds: 10, patienceSeconds: 0 }, schema, { path }), () => Effect.undefined)

const found = Effect.fnUntraced(function*(server: Server, model: string) {
  const able = yield* capabilities(server, model).pipe(Effect.catch((refused) =>
    Effect.gen(function*() {
      const models = refused.status === 404 ? yield* aside(server, "models", Models) : undefined
      if (models === undefined) return yield* refused
      const names = models.data.slice(0, 10).map(({ id }) => `"${id}"`).join(", ")
      return yield* new Refused({ ...refused, message: `${refused.message.replace(/\.$/, "")} (it has ${names})` })
    })))
  const own = (yield* aside(server, "models", Models))?.data.find(({ id }) => id === model)
  const version = own?.owned_by === "vllm" ? (yield* aside(server, "../version", Version))?.version : undefined
  const software = [own?.owned_by ?? "", version ?? ""].filter((word) => word !== "").join(" ")
  const known: Found = { ...able, software: software === "" ? undefined : software, contextTokens: own?.max_model_len ?? undefined }
  return known
})

/** What this process knows already, by server and model. A server that failed is asked again. */
const known = new Map<string, Found>()
const one = Semaphore.makeUnsafe(1)

/** What the server can do with the model, asked at most once a process. Fails with `PolicyError`. */
export const probed = (server: Server, model: string): Effect.Effect<Found, PolicyError> =>
  one.withPermits(1)(Effect.suspend(() => {
    const key = JSON.stringify([server.url, model])
    const before = known.get(key)
    return before !== undefined ? Effect.succeed(before) : found(server, model).pipe(
      Effect.tap((now) => Effect.sync(() => known.set(key, now))),
      Effect.mapError((refused) => failed(server, "probe", refused))
    )
  }))

/** Fails where more is wanted of the server than it does; `who` wants it. */
export const checkAble = (
  { contextTokens, extras, topK: cuts }: Found,
  url: string,
  { maxTokens = 0, topK = 0 }: Partial<SampleOptions>,
  who = ""
): Effect.Effect<void, PolicyError> => {
  const wrong = (message: string) => Effect.fail(new PolicyError({ operation: "sample", message: `${url} ${message}`, exitCode: exits.invalid }))
  if (!cuts && topK > 0) {
    const does = extras ? "takes top_k and ignores it" : "does not take top_k"
    return wrong(`${does}, and ${who}topK ${topK} is wanted. Sample with topK 0, or by another server.`)
  }
  if (contextTokens !== undefined && maxTokens >= contextTokens) {
    return wrong(`has room for ${contextTokens} tokens, prompt included, and ${who}answers of maxTokens ${maxTokens} are wanted. Ask for shorter ones, or start it with more room.`)
  }
  return Effect.void
}

/** Servers whose batches take new requests at any time. Of others nobody knows. */
const batching = /^(vllm|sglang)\b/

const factsOf = (url: string, model: string, { contextTokens, software, ...able }: Found): Facts => ({
  "server.url": url,
  "server.model": model,
  ...(software === undefined ? {} : { "server.software": software }),
  ...(contextTokens === undefined ? {} : { "server.contextTokens": contextTokens }),
  ...Object.fromEntries(Object.entries(able).map(([name, can]) => [`server.${name}`, can ? 1 : 0])),
  ...(software !== undefined && batching.test(software) ? { "server.continuousBatching": 1 } : {})
})

/** Fails where what trains elsewhere could not be brought to the server, or could not learn from what it says. */
const checkJoins = Effect.fnUntraced(function*({ tokenIds }: Found, server: Server, folder: string | undefined, { receives, tokens }: Wanted["wants"]) {
  if (receives === "model" || receives === "adapter") yield* checkReceives(server, receives)
  if (tokens !== true || tokenIds || folder !== undefined) return
  return yield* new PolicyError({
    operation: "sample",
    message: `${server.url} does not tell the tokens of its answers, which are trained on. Name the trainer's folder as its \`folder\`, whose tokenizer they are found by.`,
    exitCode: exits.invalid
  })
})

/** The probe of a policy on a server. */
export const probe = (server: Server, model: string, folder?: string): Probe => (wanted: ReadonlyArray<Wanted>, patienceSeconds) =>
  Effect.gen(function*() {
    const able = yield* probed({ ...server, patienceSeconds }, model)
    for (const { stage, wants } of wanted) yield* checkAble(able, server.url, wants, `by the stage "${stage}" `)
    for (const { wants } of wanted) yield* checkJoins(able, server, folder, wants)
    return factsOf(server.url, model, able)
  })
