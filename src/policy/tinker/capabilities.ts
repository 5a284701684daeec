/** What a Tinker server can do with a model, found out by asking: dialects and reductions differ, and few servers say theirs. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { reasonOf } from "../../pipeline/reason.ts"
import * as Protocol from "../../protocol/tinker/Answers.ts"
import { loadSharp } from "../../vision/sharp.ts"
import { isBusy, patiently } from "../http/patiently.ts"
import { Refused } from "../http/send.ts"
import type { PolicyError } from "../policyError.ts"
import { calibrate, type Calibrated, linear, present, sentence } from "./calibrate.ts"
import { ofAnswer } from "./data.ts"
import type { Reader } from "./Folder.ts"
import { create, type Creating, type Model, samplingSession, type Wire } from "./model.ts"
import { ask } from "./samples.ts"
import { call, hasty, isLost, refuses, type Server } from "./server.ts"
import * as Session from "./Session.ts"

/** How gradients come about: by which loss, and what is known of its reduction. */
export interface Linear extends Calibrated {
  readonly loss: (typeof linear)[number]
}

export interface Found {
  readonly wire: Wire
  /** Longest prompt and answer together, in tokens, where the server says. */
  readonly contextTokens: number | undefined
  /** Whether the base can be sampled by its name. */
  readonly base: boolean
  /** Log-probabilities come with the samples. */
  readonly logprobs: boolean
  /** The same seed gives the same answers again. */
  readonly seed: boolean
  /** Pictures are looked at, and counted as here; else why not. */
  readonly images: true | string
  /** Else why it cannot be trained. */
  readonly linear: Linear | string
}

/** What the server lists; nothing where it does not say. */
const listed = (server: Server) =>
  Effect.orElseSucceed(
    Effect.map(call({ ...server, patienceSeconds: 0, timeoutSeconds: 10 }, Protocol.Capabilities, { path: "get_server_capabilities" }), (found) => found.supported_models),
    (): typeof Protocol.Capabilities.Type["supported_models"] => []
  )

/** The wire that forward passes go over; the newer one where the server reads it. */
const wireOf = (model: Model, tokens: ReadonlyArray<number>): Effect.Effect<Wire, Refused> => {
  const answer = { prompt: { chunks: [{ tokens: tokens.slice(0, 1) }], length: 1 }, tokens: tokens.slice(1, 4), inputs: {} }
  const tried = (wire: Wire) => Effect.as(present(model, wire, [answer]), wire)
  return Effect.catchIf(tried("protobuf"), refuses, () => tried("json"))
}

/** A picture of one colour. */
const plain = (color: string) =>
  Effect.promise(async () => {
    const sharp = await loadSharp()
    const png = await sharp({ create: { width: 112, height: 112, channels: 3, background: color } }).png().toBuffer()
    return `data:image/png;base64,${png.toString("base64")}`
  })

/** Whether two pictures are told apart, and are as many tokens there as here. */
const looksAtPictures = (model: Model, wire: Wire, reader: Reader, tokens: ReadonlyArray<number>): Effect.Effect<true | string, Refused | PolicyError> =>
  Effect.gen(function*() {
    if (reader.pixelLimits === undefined) return "its model's folder has neither preprocessor_config.json nor processor_config.json"
    const asked = (image: string) => reader.prompt({ messages: [{ role: "user", content: [{ type: "image" }, { type: "text", text: "?" }] }], images: [image] })
    const answers = yield* Effect.forEach(["#000", "#fff"], (color) =>
      Effect.map(Effect.flatMap(plain(color), asked), (prompt) => ({ prompt, tokens: tokens.slice(0, 3), inputs: {} })))
    const found = yield* Effect.result(present(model, wire, answers))
    if (found._tag === "Failure") return refuses(found.failure) ? `it ${found.failure.message}` : yield* found.failure
    const counted = Result.try(() => answers.map((answer, i) => ofAnswer(found.success[i] ?? [], answer)))
    if (Result.isFailure(counted)) return `it does not count them as the folder says (${reasonOf(counted.failure)})`
    const [black, white] = counted.success
    return black!.some((value, t) => Math.abs(value - white![t]!) > 1e-6) ? true : "it does not look at them: black and white are the same to it"
  })

/** The first loss that can stand for any other. */
const linearOf = (model: Model, wire: Wire, tokens: ReadonlyArray<number>): Effect.Effect<Linear | string, Refused> =>
  Effect.gen(function*() {
    const reasons: Array<string> = []
    for (const loss of linear) {
      const tried = yield* Effect.result(calibrate(model, wire, loss, tokens))
      if (tried._tag === "Failure" && (!refuses(tried.failure) || isLost(tried.failure))) return yield* tried.failure
      const found = tried._tag === "Failure" ? tried.failure.message : tried.success
      if (typeof found !== "string") return { loss, ...found }
      reasons.push(`its ${loss} ${found}`)
    }
    return reasons.join("; ")
  })

const drawn = { num_samples: 2, sampling_params: { max_tokens: 8, seed: 7, temperature: 1, top_k: -1, top_p: 1 }, type: "sample" }

/** How it samples: from the base by its name where that can be done, else from a model that changes nothing of it. */
const sampling = (creating: Creating, model: Model, tokens: ReadonlyArray<number>) =>
  Effect.gen(function*() {
    const { base, server, session } = creating
    const direct = yield* Effect.result(samplingSession(server, session, { base_model: base }))
    if (direct._tag === "Failure" && !refuses(direct.failure)) return yield* direct.failure
    const id = direct._tag === "Success" ? direct.success : yield* model.sampler
    let asked = 0
    const source = { server, session: id, next: () => asked++ }
    const request = { ...drawn, prompt: { chunks: [{ type: "encoded_text", tokens }] } }
    const [first, second] = [yield* ask(source, request), yield* ask(source, request)]
    return {
      base: direct._tag === "Success",
      logprobs: first.sequences.every(({ logprobs, tokens }) => logprobs.length === tokens.length),
      seed: JSON.stringify(first.sequences.map(({ tokens }) => tokens)) === JSON.stringify(second.sequences.map(({ tokens }) => tokens))
    }
  })

/** Asks with a model of its own, which is gone afterwards. Some thirty requests of a few tokens each; all of them again where it was busy. */
export const capabilities = (asked: Omit<Creating, "session">, reader: Reader): Effect.Effect<Found, Refused | PolicyError> =>
  patiently(asked.server.patienceSeconds, askAll(asked, reader), isBusy)

const askAll = ({ base, lora, server }: Omit<Creating, "session">, reader: Reader): Effect.Effect<Found, Refused | PolicyError> =>
  Effect.scoped(Effect.gen(function*() {
    const session = yield* Session.open(server)
    const models = yield* listed(server)
    const creating = { base, lora, session, server: hasty(server) }
    const model = yield* Effect.acquireRelease(
      Effect.mapError(create(creating), (refused) => {
        const names = models.slice(0, 10).flatMap(({ model_name }) => model_name ? [`"${model_name}"`] : [])
        return refuses(refused) && names.length > 0 ? new Refused({ ...refused, message: `${refused.message.replace(/\.$/, "")} (it has ${names.join(", ")})` }) : refused
      }),
      ({ unload }) => unload
    )
    const tokens = reader.text.encode(sentence)
    const sampled = {
      contextTokens: models.find(({ model_name }) => model_name === base)?.max_context_length ?? undefined,
      ...yield* sampling(creating, model, tokens)
    }
    const wired = yield* Effect.result(wireOf(model, tokens))
    if (Result.isFailure(wired)) {
      const why = `it ${wired.failure.message}`
      return refuses(wired.failure) ? { ...sampled, wire: "json", images: why, linear: why } : yield* wired.failure
    }
    const wire = wired.success
    return { ...sampled, wire, images: yield* looksAtPictures(model, wire, reader, tokens), linear: yield* linearOf(model, wire, tokens) }
  }))

