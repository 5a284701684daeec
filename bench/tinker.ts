/**
 * What it costs that a policy lies on a server: GRPO steps of the study's size by `Policy.tinker` on `assay serve tinker` over loopback, in
 * turns with the same steps by the policy in process, which has the same adapter and draws the same answers.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { targets } from "../src/model/lora.ts"
import type { PolicyNode } from "../src/pipeline/declare/policyNode.ts"
import { ComputeThreads } from "../src/pipeline/run/ComputeThreads.ts"
import * as Random from "../src/pipeline/Random.ts"
import * as Policy from "../src/policy/index.ts"
import { seedOf } from "../src/policy/tinker/samples.ts"
import { serve } from "../src/server/http/serve.ts"
import { open } from "../src/server/tinker/base.ts"
import { handlerOf } from "../src/server/tinker/handler.ts"
import type { Prompt } from "../src/task/prompt.ts"
import * as Batch from "./support/batch.ts"
import * as Measure from "./support/measure.ts"

/** How many times as long a step may take. */
const target = 1.15

const model = "assay:tiny-vl"

interface Alive {
  readonly sampler: Policy.Sampler["Service"]
  readonly trainer: Policy.Trainer["Service"]
}

const alive = (policy: PolicyNode<Policy.Sampler | Policy.Trainer>) =>
  Effect.map(Layer.build(policy.layer), (services): Alive => ({
    sampler: Context.get(services, Policy.Sampler),
    trainer: Context.get(services, Policy.Trainer)
  }))

interface Sizes {
  readonly prompts: ReadonlyArray<Prompt>
  readonly groupSize: number
}

/** Seconds of the processor that this process has had: client, server and models are all in it. */
const processor = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

/** Groups sampled, a gradient of either sign, a step: and what took how long. */
const step = ({ sampler, trainer }: Alive, { groupSize, prompts }: Sizes, keyOf: (i: number) => Random.Key) =>
  Effect.gen(function*() {
    const questions = prompts.map((prompt, i) => ({ ...Batch.questionOf(prompt), key: keyOf(i) }))
    const [began, had] = [performance.now(), processor()]
    const groups = yield* sampler.sample(questions, { n: groupSize, temperature: 1, topP: 1, topK: 0, maxTokens: 160 })
    const sampled = performance.now()
    const sequences = groups.flatMap((group, i) => group.map(({ tokens }) => ({ question: questions[i]!, tokens })))
    yield* trainer.backward(sequences, Batch.weightsOf(sequences), groups.flat().map(({ logprobs }) => logprobs))
    yield* trainer.step(Batch.adamW)
    const ended = performance.now()
    return {
      tokens: groups.flat().reduce((sum, { tokens }) => sum + tokens.length, 0),
      sample: (sampled - began) / 1000,
      update: (ended - sampled) / 1000,
      seconds: (ended - began) / 1000,
      processor: processor() - had
    }
  })

export const tinker: Measure.Part = (settings) =>
  Measure.inFolder((folder) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const base = yield* open(model)
      const { url } = yield* serve({ handler: yield* handlerOf(base, folder) })
      const server = yield* alive(Policy.tinker({ url, model, lora: { rank: 8, unembedding: false } }))
      const local = yield* alive(Policy.local(model, { lora: { rank: 8, alpha: 32, targets } }))
      const sizes: Sizes = { prompts: yield* Effect.promise(() => Batch.prompts(folder, settings.smoke ? 2 : 8)), groupSize: settings.smoke ? 2 : 8 }
      const both = (round: number) =>
        Effect.gen(function*() {
          const keyOf = (i: number) => Random.fold(Random.key(round), i)
          const there = step(server, sizes, keyOf)
          const here = step(local, sizes, (i) => Random.key(seedOf(keyOf(i)))) // as the server draws
          // each goes first as often as the other
          if (round % 2 === 0) return { there: yield* there, here: yield* here }
          const first = yield* here
          return { there: yield* there, here: first }
        })
      yield* both(0) // sessions are compiled
      const context = yield* Effect.context<never>()
      const measured = yield* Effect.promise(() =>
        Measure.rounds(settings, "tinker", (round) => Effect.runPromiseWith(context)(both(round + 1))))
      const ratioOf = (what: "seconds" | "processor") => Measure.summary(measured.map(({ here, there }) => there[what] / here[what]))
      const ratio = ratioOf("seconds")
      const of = (what: "sample" | "update" | "seconds" | "processor") => ({
        server: Measure.summary(measured.map(({ there }) => there[what])),
        inProcess: Measure.summary(measured.map(({ here }) => here[what]))
      })
      return {
        target,
        sequences: sizes.prompts.length * sizes.groupSize,
        tokens: { server: measured.map(({ there }) => there.tokens), inProcess: measured.map(({ here }) => here.tokens) },
        seconds: of("seconds"),
        sample: of("sample"),
        update: of("update"),
        ratio,
        // beside other work on the machine, the one to look at
        processor: of("processor"),
        processorRatio: ratioOf("processor"),
        met: ratio.median <= target
      }
    }).pipe(Effect.provideService(ComputeThreads, settings.threads))))
  )
