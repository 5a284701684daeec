/**
 * How busy `Policy.openai` keeps a real server: seconds for the same requests, in turns with a bare loop that has them ready and
 * throws the answers away.
 */
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Agent, request } from "undici"
import { modelFolder, tiny } from "../src/model/shipped.ts"
import { fold, key } from "../src/pipeline/Random.ts"
import { Answers } from "../src/pipeline/run/answers.ts"
import { Journal } from "../src/pipeline/run/journal.ts"
import * as Policy from "../src/policy/index.ts"
import { dataUri } from "../src/policy/openai/dataUri.ts"
import { probed } from "../src/policy/openai/probe.ts"
import { requests, withImages } from "../src/policy/openai/request.ts"
import type { ChatRequest } from "../src/protocol/chat.ts"
import * as Store from "../src/store/index.ts"
import { has, vllm } from "../test/engines/servers.ts"
import { prompts, questionOf } from "./support/batch.ts"
import * as Measure from "./support/measure.ts"

const target = 0.95
const concurrency = 16
const patience = { timeoutSeconds: 600, patienceSeconds: 60 }

/** What a training and an evaluation ask for. */
const shapes = {
  rollouts: { questions: 96, n: 4, temperature: 1, topP: 1, topK: 0, maxTokens: 160 },
  evaluation: { questions: 256, n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 160 }
} as const

/** By the client that the policy sends by: Node's own takes more of a processor that vLLM has use for. */
const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 })

/** Sends what is ready, so many at a time, and reads the answers as bytes. */
const bare = async (url: string, bodies: ReadonlyArray<string>): Promise<void> => {
  const next = bodies.values()
  const headers = { "content-type": "application/json" }
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (const body of next) {
      const response = await request(`${url}/chat/completions`, { method: "POST", headers, body, dispatcher })
      if (response.statusCode !== 200) throw new Error(await response.body.text())
      await response.body.arrayBuffer()
    }
  }))
}

type Question = ReturnType<typeof questionOf> & { readonly key: ReturnType<typeof key> }

const measure = (settings: Measure.Settings, url: string, folder: string, name: keyof typeof shapes) =>
  Effect.gen(function*() {
    const { questions: most, ...options } = shapes[name]
    const pictures = yield* Effect.promise(() => prompts(folder, settings.smoke ? 4 : most))
    const questions: ReadonlyArray<Question> = pictures.map((prompt, i) => ({ ...questionOf(prompt), key: fold(key(1), i) }))
    const policy = Policy.openai({ url, model: "tiny", folder: modelFolder(tiny), concurrency, ...patience })
    const sampler = Context.get(yield* Layer.build(policy.layer), Policy.Sampler)
    const journal = yield* Journal
    const can = yield* probed({ url, ...patience }, "tiny")
    const made = yield* Effect.forEach(questions, ({ images, key, messages }) =>
      Effect.map(
        Effect.forEach(images, (image) => dataUri(image, sampler.inputSize)),
        (sent): ReadonlyArray<ChatRequest> => requests("tiny", withImages(messages, sent.map(({ uri }) => uri)), options, key, can)
      ))
    const bodies = made.flat().map((request) => JSON.stringify(request))
    let tokens = 0
    /** As a stage of its own, so that nothing is found that was kept before. */
    const ours = Effect.fnUntraced(function*(round: number) {
      const stage = yield* journal.openStage({
        fingerprint: `${name}-${round}`, kind: "rollout", name, config: {}, preimage: "", inputs: [], metrics: []
      })
      const answers = {
        find: (key: string) => journal.findAnswer(stage, key),
        keep: (key: string, answer: string) => journal.keepAnswer(stage, key, answer)
      }
      const groups = yield* Effect.provideService(sampler.sample(questions, options), Answers, answers)
      tokens = Measure.sum(groups.flat().map((completion) => completion.tokens.length))
    })
    // what the server remembers of prompts and pictures is there for both
    yield* Effect.promise(() => bare(url, bodies))
    const context = yield* Effect.context<never>()
    const seconds = yield* Effect.promise(() =>
      Measure.rounds(settings, `rollout, ${name}`, async (round) => {
        const own = () => Measure.seconds(() => Effect.runPromiseWith(context)(ours(round)))
        const plain = () => Measure.seconds(() => bare(url, bodies))
        // who begins changes, as a machine's pace may
        const before = round % 2 === 1 ? await plain() : undefined
        const taken = { ours: await own(), bare: before ?? await plain() }
        Measure.say(`  ${taken.ours.toFixed(1)} s, bare ${taken.bare.toFixed(1)} s`)
        return taken
      }))
    const share = Measure.summary(seconds.map((round) => round.bare / round.ours))
    return {
      requests: bodies.length,
      concurrency,
      tokens,
      seconds: { ours: Measure.summary(seconds.map(({ ours }) => ours)), bare: Measure.summary(seconds.map(({ bare }) => bare)) },
      share,
      target,
      met: share.median >= target
    }
  })

export const rollout: Measure.Part = async (settings) => {
  if (!has("vllm")) return { left: "there is no vllm: test/engines/make vllm" }
  const server = await vllm(modelFolder(tiny))
  try {
    return await Measure.inFolder((folder) =>
      Effect.runPromise(
        Effect.gen(function*() {
          return { rollouts: yield* measure(settings, server.url, folder, "rollouts"), evaluation: yield* measure(settings, server.url, folder, "evaluation") }
        }).pipe(
          Effect.provide(Store.layer({ file: join(folder, "runs.db"), objects: join(folder, "objects") })),
          Effect.scoped
        )
      )
    )
  } finally {
    await server.stop()
  }
}
