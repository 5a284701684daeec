/**
 * Trains some steps of one shape in a process of its own and prints seconds and memory, so that the peak is that shape's alone.
 * Called by `measureTraining`.
 */
// As the thread of a policy does.
import "../../src/policy/local/thread/heap.ts"
import * as Effect from "effect/Effect"
import { make } from "../../src/policy/local/thread/engine.ts"
import { load } from "../../src/model/modelConfig.ts"
import { parameterSpecs } from "../../src/model/Parameters.ts"
import * as Batch from "./batch.ts"
import * as Measure from "./measure.ts"
import type { Request, Response } from "./training.ts"

const { folder, microBatch, rounds, shape, threads, weights } = JSON.parse(process.argv[2]!) as Request

/** Largest resident set of this process so far. */
const peak = (): number => process.resourceUsage().maxRSS * 1024

await Measure.inFolder(async (pictures) => {
  const config = { folder, weights, threads, ...(microBatch === undefined ? {} : { microBatch }) }
  const engine = await make(config)
  const { architecture } = (await Effect.runPromise(load(folder))).model
  const sequences = await Batch.sequences(engine, pictures, shape)
  const peakBefore = peak()
  await Batch.trainStep(engine, sequences)
  const seconds: Array<number> = []
  for (let i = 0; i < rounds; i++) seconds.push(await Measure.seconds(() => Batch.trainStep(engine, sequences)))
  const response: Response = {
    sequences: sequences.length,
    completionTokens: Measure.sum(sequences.map(({ tokens }) => tokens.length)),
    parameters: Measure.sum(parameterSpecs(architecture).map(({ shape }) => shape.reduce((a, b) => a * b, 1))),
    seconds: Measure.summary(seconds),
    peakBytes: peak(),
    peakBytesBefore: peakBefore
  }
  console.log(JSON.stringify(response))
})
