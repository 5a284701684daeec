/** A policy that a server samples from, by the protocol that most servers of language models speak. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { load as loadConfig } from "../../model/modelConfig.ts"
import { loadText } from "../../model/loadText.ts"
import { type Message, textsIn } from "../../model/message.ts"
import { modelFolder } from "../../model/shipped.ts"
import * as Config from "../../pipeline/declare/Config.ts"
import type { PolicyNode } from "../../pipeline/declare/policyNode.ts"
import { exits } from "../../pipeline/Errors.ts"
import type { JournalError } from "../../pipeline/run/journal.ts"
import type { ChatCompletion } from "../../protocol/chat.ts"
import type { Size } from "../../vision/Box.ts"
import { type PixelLimits, smartResize } from "../../vision/smartResize.ts"
import { define } from "../define.ts"
import { Pixels, qwen } from "../pixels.ts"
import type { Refused } from "../http/send.ts"
import { PolicyError } from "../policyError.ts"
import { Receiver } from "../receiver.ts"
import { type Completion, Sampler } from "../sampler.ts"
import { stateless } from "../stateless.ts"
import { ask } from "./ask.ts"
import { dataUri } from "./dataUri.ts"
import { failed, post, type Server } from "./post.ts"
import { checkAble, probe, probed } from "./probe.ts"
import { sayer } from "./putBack.ts"
import { promptTokens, readAlike } from "./readAlike.ts"
import { completions, lacking, requests, withImages } from "./request.ts"
import { receiving } from "./weights.ts"

const config = Schema.Struct({
  url: Schema.String.check(Schema.isPattern(/^https?:\/\/./)),
  model: Schema.NonEmptyString,
  folder: Schema.optionalKey(Schema.NonEmptyString),
  pixels: Schema.optionalKey(Pixels),
  concurrency: Config.withDefault(Config.Count, 16),
  timeoutSeconds: Config.withDefault(Config.Positive, 600),
  patienceSeconds: Config.withDefault(Config.Positive, 300),
  keyVariable: Schema.optionalKey(Schema.NonEmptyString)
})

/** Which server, and how it is asked. */
export interface OpenaiOptions {
  readonly url: string
  readonly model: string
  readonly folder?: string
  readonly pixels?: PixelLimits
  readonly concurrency?: number
  readonly timeoutSeconds?: number
  readonly patienceSeconds?: number
  readonly keyVariable?: string
}

const wrong = (operation: string) => ({ message }: { readonly message: string }) =>
  new PolicyError({ operation, message, exitCode: exits.invalid })

/** What went wrong with an answer, as the policy's error. */
const unanswered = (server: Server) => (error: Refused | JournalError | PolicyError): PolicyError =>
  error._tag === "PolicyError"
    ? error
    : error._tag === "Refused"
    ? failed(server, "sample", error)
    : new PolicyError({ operation: "sample", message: error.message, exitCode: exits.broke, cause: error })

/** Tokenizer, template and image limits of a model folder. */
const readFolder = (folder: string) =>
  Effect.gen(function*() {
    const path = modelFolder(folder)
    const { preprocessor: { maxPixels, merge, minPixels, patch } } = yield* loadConfig(path)
    return { text: yield* loadText(path), size: { factor: patch * merge, minPixels, maxPixels } }
  }).pipe(Effect.mapError(wrong("folder")))

const services = Effect.fnUntraced(function*({ concurrency, folder, model, pixels, ...server }: typeof config.Type & Server) {
  const local = folder === undefined ? undefined : yield* readFolder(folder)
  const { factor, ...limits } = { ...(local?.size ?? qwen), ...pixels }
  const inputSize = (size: Size) => Effect.mapError(Effect.fromResult(smartResize(size, { factor, ...limits })), wrong("inputSize"))
  const tokenizer = local === undefined ? undefined : { encode: local.text.encode, end: local.text.endIds[0]! }
  const sayOtherwise = sayer(server.url, folder ?? "")
  const given = yield* receiving(server, model)
  const places = yield* Semaphore.make(concurrency)
  // few at a time, so that the first are soon ready
  const desks = yield* Semaphore.make(4)
  const expectedOf = (messages: ReadonlyArray<Message>, images: ReadonlyArray<Size>) =>
    local === undefined
      ? Effect.undefined
      : Effect.mapError(Effect.fromResult(promptTokens(local.text, messages, images, factor)), wrong("sample"))
  return Context.make(Receiver, given.receiver).pipe(Context.add(Sampler, {
    pixelLimits: Effect.succeed(limits),
    inputSize,
    render: ({ messages }) =>
      local === undefined
        ? Effect.succeed(textsIn(messages).join("\n"))
        : Effect.mapError(Effect.fromResult(local.text.render(messages, { addGenerationPrompt: true })), wrong("render")),
    sample: (questions, options) =>
      Effect.gen(function*() {
        const can = yield* probed(server, model)
        yield* checkAble(can, server.url, options)
        const asking = yield* given.asked
        const one = Effect.fnUntraced(function*({ images, key, messages }: (typeof questions)[number]) {
          const { expected, made } = yield* desks.withPermits(1)(Effect.gen(function*() {
            const sent = yield* Effect.forEach(images, (image) => Effect.mapError(dataUri(image, inputSize), wrong("sample")))
            const made = requests(asking.model, withImages(messages, sent.map(({ uri }) => uri)), options, key, can)
            return { made, expected: yield* expectedOf(messages, sent) }
          }))
          const read = (answer: ChatCompletion) => {
            const found = completions(answer, tokenizer)
            return (folder === undefined || expected === undefined ? Effect.void : readAlike(answer, expected, server.url, folder)).pipe(
              Effect.andThen(sayOtherwise(answer, found)),
              Effect.as(found)
            )
          }
          const answers = yield* Effect.forEach(made, (request) =>
            ask(request, places.withPermits(1)(post(server, request, lacking)), asking, read), { concurrency: "unbounded" })
          const own: ReadonlyArray<Completion> = answers.flat()
          return options.temperature === 0 ? Array.from({ length: options.n }, () => own[0]!) : own
        })
        // as many again are made ready meanwhile, so that the server gets its next request as soon as it has answered one
        return yield* Effect.forEach(questions, (question) => Effect.mapError(one(question), unanswered(server)), { concurrency: 2 * concurrency })
      })
  }))
})

const make = define({
  name: "openai",
  module: import.meta.url,
  config,
  incidental: ["concurrency", "timeoutSeconds", "patienceSeconds", "keyVariable"],
  offers: [Sampler, Receiver],
  layer: (options) => Layer.merge(Layer.effectContext(services(options)), stateless),
  probe: ({ folder, model, ...server }) => probe(server, model, folder)
})

/**
 * A model behind an OpenAI-compatible server, such as vLLM or `transformers serve`, which samples and cannot be trained:
 * `Policy.openai({ url: "http://127.0.0.1:8000/v1", model: "qwen", folder: "Qwen2.5-VL-3B-Instruct" })`.
 *
 * Images are sent at the size that Qwen2.5-VL's `smart_resize` chooses, so that boxes mean the same everywhere: within the limits
 * of the folder, within `pixels`, or within those that Qwen publishes. `folder` names the model's folder here, for exact prompts and
 * token counts; without it, prompts are stored as their texts and counts are the server's.
 *
 * What the server can do is asked once: several answers a request (else it is asked several times, with seeds of their own), token
 * ids, log-probabilities. `concurrency` (16) requests are under way at a time. One that finds the server busy or gone is sent again
 * for `patienceSeconds` (300); an answer may take `timeoutSeconds` (600). `keyVariable` names the variable of the environment that holds the
 * server's key, which is neither config nor recorded.
 *
 * Answers are the server's: the same seed need not give the same bits again, though `verify` judges the stored ones as ever. Fails
 * with `PolicyError`, saying what the server said and what to do. Throws `InvalidConfig`, naming the key.
 */
export const openai = (options: OpenaiOptions): PolicyNode<Sampler | Receiver> => make(options)
