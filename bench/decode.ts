/**
 * 64 completions in 8 groups of 8: the time of decoding steps against that of their matrix products alone, at the same
 * numbers of rows and lengths, in turns, in one process.
 */
// As the thread of a policy does.
import "../src/policy/local/thread/heap.ts"
import * as Effect from "effect/Effect"
import { make as makeEngine } from "../src/policy/local/thread/engine.ts"
import { load } from "../src/model/modelConfig.ts"
import * as Random from "../src/pipeline/Random.ts"
import * as Batch from "./support/batch.ts"
import * as DecodeProducts from "./support/decodeProducts.ts"
import * as Measure from "./support/measure.ts"
import * as Sessions from "./support/sessions.ts"

/** Most times the products' time that a decoding step is to take. */
const target = 1.5

const folder = "assets/tiny-vl"

/** Of the sessions' runs, those of the decode graph: they alone are told how much was said. */
const isDecode = ({ feeds }: Sessions.Call): boolean => "ownMask" in feeds

const stepOf = ({ feeds }: Sessions.Call): DecodeProducts.Step => ({
  rows: feeds["ids"]!.dims[0]!,
  total: feeds["promptMask"]!.dims[3]! + (feeds["ownMask"]!.data as Float32Array).filter((value) => value === 0).length + 1
})

export const decode: Measure.Part = (settings) =>
  Measure.inFolder(async (pictures) => {
    const { smoke, threads } = settings
    const [groups, n, maxTokens] = smoke ? [2, 2, 8] : [8, 8, 160]
    const engine = await makeEngine({ folder, weights: "folder", threads })
    const prompts = await Batch.prompts(pictures, groups)
    const questions = prompts.map((prompt, i) => ({ ...Batch.questionOf(prompt), key: Random.fold(Random.key(1), i) }))
    const sample = () => engine.sample(questions, { n, temperature: 1, topP: 1, topK: 0, maxTokens })

    const first = await Sessions.during(sample)
    const steps = first.calls.filter(isDecode).map(stepOf)
    const { architecture } = (await Effect.runPromise(load(folder))).model
    const largest = {
      rows: Math.max(...steps.map(({ rows }) => rows)),
      total: Math.max(...steps.map(({ total }) => total))
    }
    const replays = await Promise.all([true, false].map(async (attention) => {
      const prepare = await DecodeProducts.make(architecture, threads, attention, largest)
      return () => replay(steps, prepare)
    }))
    const measured = await Measure.rounds(settings, "decode", async () => {
      const start = Sessions.now()
      const { calls } = await Sessions.during(sample)
      const whole = Sessions.now() - start
      const decoding = calls.filter(isDecode)
      // The last step's choosing is outside of this span, one part in as many as there are steps.
      const span = decoding.at(-1)!.end - decoding[0]!.start
      const [products, linear] = [await replays[0]!(), await replays[1]!()]
      return { whole, span, inside: Sessions.inside(decoding), products, linear }
    })
    const each = (of: (one: typeof measured[number]) => number) => Measure.summary(measured.map(of))
    // Judged by the harder of two readings: attention as plain products may take longer than the kernel that really runs, and
    // would then hide what everything else takes.
    const ratio = each(({ linear, span }) => span / linear)
    const lengths = first.result.flat().map(({ tokens }) => tokens.length)
    const completed = first.result.flat().filter(({ finishReason }) => finishReason === "stop").length
    return {
      threads,
      prompts: groups,
      completions: lengths.length,
      completionTokens: Measure.sum(lengths),
      stopped: completed,
      prefill: { runs: first.calls.filter((call) => !isDecode(call)).length, promptsRead: promptsRead(first.calls) },
      decodingSteps: steps.length,
      rows: { first: steps[0]?.rows, last: steps.at(-1)?.rows, total: Measure.sum(steps.map(({ rows }) => rows)) },
      // Prompts, pictures and prefill included: what peers/generate.py compares itself with.
      secondsToSample: each(({ whole }) => whole / 1000),
      millisecondsPerStep: {
        whole: each(({ span }) => span / steps.length),
        inSession: each(({ inside }) => inside / steps.length),
        products: each(({ linear }) => linear / steps.length),
        productsWithAttention: each(({ products }) => products / steps.length)
      },
      tokensPerSecond: each(({ span }) => Measure.sum(steps.map(({ rows }) => rows)) / (span / 1000)),
      target,
      ratio,
      ratioWithAttentionProducts: each(({ products, span }) => span / products),
      met: ratio.median <= target
    }
  })

/** Prompts that prefill read: the last row of each is what its next token follows from. */
const promptsRead = (calls: ReadonlyArray<Sessions.Call>): number =>
  Measure.sum(calls.flatMap(({ feeds }) => ("lastIndex" in feeds ? [feeds["lastIndex"]!.dims[0]!] : [])))

/** Milliseconds of the products of all steps, in the order and at the sizes in which they were decoded. */
const replay = async (
  steps: ReadonlyArray<DecodeProducts.Step>,
  prepare: (step: DecodeProducts.Step) => () => Promise<unknown>
): Promise<number> => {
  let milliseconds = 0
  for (const step of steps) {
    const run = prepare(step)
    milliseconds += Sessions.inside((await Sessions.during(run)).calls)
  }
  return milliseconds
}
