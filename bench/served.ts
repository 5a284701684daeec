/**
 * What comes of the sampler's own throughput through `assay serve openai`: the same greedy questions about pictures, asked of the policy 16
 * in a call, and of its server by 16 clients at a time, in turns, in one process.
 */
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { Question } from "../src/model/message.ts"
import * as Random from "../src/pipeline/Random.ts"
import { serve } from "../src/server/http/serve.ts"
import { handlerOf } from "../src/server/openai/handler.ts"
import { type Model, open } from "../src/server/model/model.ts"
import * as Batch from "./support/batch.ts"
import * as Measure from "./support/measure.ts"

/** Clients that wait at a time, and questions of a call. */
const together = 16

const maxTokens = 160

type Sampling = (questions: ReadonlyArray<Question>) => Promise<number>

/** Tokens that the policy itself says, in calls of `together` questions. */
const alone = (model: Model): Sampling => async (questions) => {
  let tokens = 0
  for (let i = 0; i < questions.length; i += together) {
    const some = questions.slice(i, i + together).map((question) => ({ ...question, key: Random.key(0) }))
    const groups = await Effect.runPromise(model.sampler.sample(some, { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens }))
    tokens += Measure.sum(groups.flat().map((completion) => completion.tokens.length))
  }
  return tokens
}

/** A question as a request. */
const requestOf = (model: string) => ({ images, messages }: Question): string => {
  let next = 0
  const content = messages.map(({ content, role }) => ({
    role,
    content: typeof content === "string" ? content : content.map((piece) =>
      piece.type === "text" ? piece : { type: "image_url", image_url: { url: `data:image/png;base64,${readFileSync(images[next++]!).toString("base64")}` } })
  }))
  return JSON.stringify({ model, messages: content, temperature: 0, max_tokens: maxTokens })
}

/** Tokens that its server says, to `together` clients at a time: each asks again when it is answered. */
const asked = (model: Model, url: string): Sampling => async (questions) => {
  const waiting = questions.map(requestOf(model.name))
  let tokens = 0
  const client = async (): Promise<void> => {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body })
      if (response.status !== 200) throw new Error(await response.text())
      tokens += (await response.json() as { readonly usage: { readonly completion_tokens: number } }).usage.completion_tokens
    }
  }
  await Promise.all(Array.from({ length: together }, client))
  return tokens
}

export const served: Measure.Part = (settings) =>
  Measure.inFolder((pictures) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const model = yield* open("assay:tiny-vl")
      const { url } = yield* serve({ handler: yield* handlerOf(model) })
      const prompts = yield* Effect.promise(() => Batch.prompts(pictures, settings.smoke ? 4 : 256))
      const questions = prompts.map((prompt) => Batch.questionOf(prompt))
      const ways = { sampler: alone(model), server: asked(model, url) }
      yield* Effect.promise(() => ways.sampler(questions.slice(0, together)))
      const measured = yield* Effect.promise(() =>
        Measure.rounds(settings, "served", async () => {
          const rate = async (way: Sampling): Promise<{ readonly tokens: number; readonly rate: number }> => {
            let tokens = 0
            const seconds = await Measure.seconds(async () => (tokens = await way(questions)))
            return { tokens, rate: tokens / seconds }
          }
          return { sampler: await rate(ways.sampler), server: await rate(ways.server) }
        })
      )
      return {
        clients: together,
        questions: questions.length,
        tokens: { sampler: measured[0]!.sampler.tokens, server: measured[0]!.server.tokens },
        tokensPerSecond: { sampler: Measure.summary(measured.map(({ sampler }) => sampler.rate)), server: Measure.summary(measured.map(({ server }) => server.rate)) },
        share: Measure.summary(measured.map(({ sampler, server }) => server.rate / sampler.rate))
      }
    })))
  )
