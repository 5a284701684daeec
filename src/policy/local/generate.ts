import { type Session, type Tensor, float32, int32, int64 } from "../../onnx/Session.ts"
import * as Random from "../../pipeline/Random.ts"
import type { SampleOptions } from "../Policy.ts"
import type { Architecture } from "./Architecture.ts"
import * as Cache from "./Cache.ts"
import { argmax, draw } from "./choose.ts"
import { type EncodedPrompt, type Feeds, packPrompts } from "./pack.ts"

/** Tokens of one completion with their log-probabilities, and how it ended. */
export interface Generated {
  readonly tokens: Array<number>
  readonly logprobs: Array<number>
  finishReason: "stop" | "length"
}

export interface Generator {
  readonly model: Architecture
  readonly imageToken: number
  readonly endTokens: ReadonlyArray<number>
  readonly prefill: Session
  readonly decode: Session
  /** Feeds of the current weights: all of them, and those of the decoder alone. */
  readonly parameters: { readonly all: Feeds; readonly decoder: Feeds }
}

interface Row {
  readonly result: Generated
  readonly key: Random.Key
  /** Tokens in the cache. */
  past: number
  position: number
}

/**
 * Samples `n` completions of every prompt: one prefill a prompt, then one decoding step a token for all running
 * completions together. A finished one leaves the batch at once, and the last running row takes its place.
 */
export const generate = async (
  generator: Generator,
  prompts: ReadonlyArray<EncodedPrompt & { readonly key: Random.Key }>,
  options: SampleOptions
): Promise<ReadonlyArray<ReadonlyArray<Generated>>> => {
  const { model } = generator
  const greedy = options.temperature === 0
  const inverseTemperature = float32(Float32Array.of(greedy ? 1 : 1 / options.temperature), [])
  const read = await generator.prefill.run({
    ...generator.parameters.all,
    ...packPrompts(prompts, model, generator.imageToken),
    inverseTemperature
  })
  const capacity = Math.max(...prompts.map((prompt) => prompt.ids.length)) + options.maxTokens
  const cache = Cache.make(model, prompts.length * options.n, capacity)
  const layers = Array.from(
    { length: model.layers },
    (_, i) => [read[`key.${i}`] as Tensor, read[`value.${i}`] as Tensor] as const
  )

  /** Adds the next token of a completion, and says whether it goes on. */
  const extend = (row: Row, outputs: { readonly [name: string]: Tensor }, at: number): boolean => {
    const line = (name: string) =>
      (outputs[name]!.data as Float32Array).subarray(at * model.vocabulary, (at + 1) * model.vocabulary)
    const { logprobs, tokens } = row.result
    const token = greedy
      ? argmax(line("logp"))
      : draw(line("probability"), Random.uniformAt(row.key, tokens.length), options)
    tokens.push(token)
    logprobs.push(line("logp")[token]!)
    if (generator.endTokens.includes(token)) {
      row.result.finishReason = "stop"
      return false
    }
    return tokens.length < options.maxTokens
  }

  const results = prompts.map(() =>
    Array.from({ length: options.n }, (): Generated => ({ tokens: [], logprobs: [], finishReason: "length" }))
  )
  const running: Array<Row> = []
  prompts.forEach((prompt, p) =>
    results[p]!.forEach((result, sample) => {
      const row = { result, key: Random.fold(prompt.key, sample), past: prompt.ids.length, position: prompt.next }
      if (!extend(row, read, p)) return
      cache.start(running.length, layers, p)
      running.push(row)
    })
  )

  let tensors = cache.tensors(running.length)
  while (running.length > 0) {
    const outputs = await generator.decode.run(...decodeInputs(generator, running, tensors, inverseTemperature))
    const finished = running.flatMap((row, i) => {
      row.past++
      row.position++
      return extend(row, outputs, i) ? [] : [i]
    })
    if (finished.length === 0) continue
    for (const i of finished.reverse()) {
      const last = running.pop()!
      if (i === running.length) continue
      cache.move(running.length, i, last.past)
      running[i] = last
    }
    tensors = cache.tensors(running.length)
  }
  return results
}

const decodeInputs = (
  generator: Generator,
  running: ReadonlyArray<Row>,
  tensors: ReadonlyArray<readonly [Tensor, Tensor]>,
  inverseTemperature: Tensor
): [Feeds, { [name: string]: Tensor | null }] => {
  const positions = new Float32Array(running.length * 3)
  running.forEach((row, i) => positions.fill(row.position, 3 * i, 3 * i + 3))
  const feeds: Feeds = {
    ...generator.parameters.decoder,
    ids: int64(running.map((row) => row.result.tokens.at(-1)!)),
    positions: float32(positions, [running.length, 3]),
    past: int32(running.map((row) => row.past)),
    total: int32([Math.max(...running.map((row) => row.past)) + 1], []),
    inverseTemperature
  }
  const fetches: { [name: string]: Tensor | null } = { logp: null, probability: null }
  tensors.forEach(([key, value], layer) => {
    feeds[`key.${layer}`] = key
    feeds[`value.${layer}`] = value
    fetches[`newKey.${layer}`] = key
    fetches[`newValue.${layer}`] = value
  })
  return [feeds, fetches]
}
