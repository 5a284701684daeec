/**
 * One training step (forward, backward, AdamW) of 64 sequences against a large matrix product, in turns, in one process.
 *
 * Two batches: "grouped" is GRPO's, 8 prompts with 8 completions each, the prompt computed once a group; "distinct" is
 * supervised training's, 64 prompts with one answer each.
 */
// As the thread of a policy does.
import "../src/policy/local/thread/heap.ts"
import * as Batch from "./support/batch.ts"
import * as Gemm from "./support/gemm.ts"
import * as Measure from "./support/measure.ts"
import * as Sessions from "./support/sessions.ts"
import { make } from "../src/policy/local/thread/engine.ts"
import type { Engine } from "../src/policy/local/thread/protocol.ts"
import { count } from "./support/work.ts"

/** Least share of the large product's rate that a training step is to reach. */
const target = 0.85

const folder = "assets/tiny-vl"

export const train: Measure.Part = (settings) =>
  Measure.inFolder(async (pictures) => {
    const { smoke, threads } = settings
    const fresh = (): Promise<Engine> => make({ folder, weights: "folder", threads })
    const gemm = await Gemm.make(threads, smoke ? 1 : 10)
    const shapes = {
      grouped: smoke ? { groups: 2, samples: 2 } : { groups: 8, samples: 8 },
      distinct: smoke ? { groups: 3, samples: 1 } : { groups: 64, samples: 1 }
    }
    const batches: Array<readonly [string, Measure.Json & { readonly met: boolean }]> = []
    for (const [name, shape] of Object.entries(shapes)) {
      batches.push([name, await measure(settings, name, fresh, gemm, shape, pictures)])
    }
    return { threads, target, met: batches.every(([, { met }]) => met), ...Object.fromEntries(batches) }
  })

const measure = async (
  settings: Measure.Settings,
  name: string,
  fresh: () => Promise<Engine>,
  gemm: () => Promise<number>,
  shape: Batch.Shape,
  pictures: string
) => {
  const engine = await fresh()
  const sequences = await Batch.sequences(engine, pictures, shape)
  Measure.say(`train: counting the operations of the ${name} batch`)
  const work = await count(fresh, sequences)
  await Batch.trainStep(engine, sequences)

  let before = await gemm()
  const measured = await Measure.rounds(settings, `train, ${name}`, async () => {
    let calls: ReadonlyArray<Sessions.Call> = []
    const seconds = await Measure.seconds(async () => {
      ;({ calls } = await Sessions.during(() => Batch.trainStep(engine, sequences)))
    })
    const after = await gemm()
    const peak = (before + after) / 2
    before = after
    return { seconds, peak, inside: Sessions.inside(calls) / 1000 }
  })
  const rate = (operations: number) => Measure.summary(measured.map(({ seconds }) => operations / seconds / 1e9))
  const ratio = (operations: number) => Measure.summary(measured.map(({ peak, seconds }) => operations / seconds / peak))
  const executedRatio = ratio(work.executed)
  return {
    sequences: sequences.length,
    completionTokens: Measure.sum(sequences.map(({ tokens }) => tokens.length)),
    ...work,
    seconds: Measure.summary(measured.map(({ seconds }) => seconds)),
    secondsInSessions: Measure.summary(measured.map(({ inside }) => inside)),
    gflops: {
      gemm: Measure.summary(measured.map(({ peak }) => peak / 1e9)),
      executed: rate(work.executed),
      useful: rate(work.useful)
    },
    ratio: { executed: executedRatio, useful: ratio(work.useful) },
    met: executedRatio.median >= target
  }
}
