/** Sampling: prompts in, completions out, all of a batch together. */
import { type Session, type Tensor, float32, int64 } from "../../../onnx/session.ts"
import * as Random from "../../../pipeline/Random.ts"
import type { SampleOptions } from "../../sampler.ts"
import type { Architecture } from "../../../model/architecture.ts"
import * as Cache from "./Cache.ts"
import { draw } from "./sampleToken.ts"
import type { NextToken } from "../graphs/Decoder.ts"
import type { EncodedPrompt } from "../../../model/encode.ts"
import { type Feeds, never, packPrompts } from "../graphs/pack.ts"

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
  /** Feeds of the current weights: all of them, and those of the decoder alone. */
  readonly parameters: { readonly all: Feeds; readonly decoder: Feeds }
  readonly memory: Cache.Memory
}

/** Sessions that tell of the next token what `tellingOf` says. */
export interface Sampler {
  readonly prefill: Session
  readonly decode: Session
}

/** A completion that goes on. */
interface Row {
  readonly result: Generated
  readonly key: Random.Key
  /** Index of its prompt. */
  readonly prompt: number
  position: number
}

/** What the graphs have to tell: a distribution that is cut is drawn from here, any other there. */
export const tellingOf = ({ temperature, topK, topP }: SampleOptions): NextToken =>
  temperature === 0 || (topP >= 1 && topK === 0) ? "drawn" : "distribution"

/**
 * Samples `n` completions of every prompt: one prefill a prompt, then one decoding step a token for all running
 * completions together. A finished one leaves the batch at once, and the last running row takes its place.
 */
export const generate = async (
  generator: Generator,
  sampler: Sampler,
  prompts: ReadonlyArray<EncodedPrompt & { readonly key: Random.Key }>,
  options: SampleOptions
): Promise<ReadonlyArray<ReadonlyArray<Generated>>> => {
  const { model } = generator
  const telling = tellingOf(options)
  const inverseTemperature = float32(Float32Array.of(options.temperature === 0 ? coldest : 1 / options.temperature), [])
  const choosing = (rows: ReadonlyArray<Row>): Feeds =>
    telling === "drawn" ? { inverseTemperature, uniform: uniforms(rows, options) } : { inverseTemperature }

  /** Adds the next token of every completion, and says which of them end with it. */
  const extend = (rows: ReadonlyArray<Row>, said: { readonly [name: string]: Tensor }): Array<number> =>
    rows.flatMap(({ key, result }, i) => {
      const { logprobs, tokens } = result
      const logp = said.logp!.data as Float32Array
      if (telling === "drawn") {
        tokens.push(Number((said.token!.data as BigInt64Array)[i]!))
        logprobs.push(logp[i]!)
      } else {
        const start = i * model.vocabulary
        const line = (said.probability!.data as Float32Array).subarray(start, start + model.vocabulary)
        const token = draw(line, Random.uniformAt(key, tokens.length), options)
        tokens.push(token)
        logprobs.push(logp[start + token]!)
      }
      if (generator.endTokens.includes(tokens.at(-1)!)) result.finishReason = "stop"
      return result.finishReason === "stop" || tokens.length === options.maxTokens ? [i] : []
    })

  const running = prompts.flatMap((prompt, p) =>
    Array.from({ length: options.n }, (_, sample): Row => ({
      result: { tokens: [], logprobs: [], finishReason: "length" },
      key: Random.fold(prompt.key, sample),
      prompt: p,
      position: prompt.next
    }))
  )
  const all = running.slice()
  const read = await sampler.prefill.run({
    ...generator.parameters.all,
    ...packPrompts(prompts, model, generator.imageToken),
    ...choosing(running),
    prompt: int64(running.map(({ prompt }) => prompt))
  })
  const cache = Cache.make(model, running.length, options.maxTokens, generator.memory)
  const constant = {
    ...generator.parameters.decoder,
    ...promptInputs(read, prompts.map((prompt) => prompt.ids.length), model)
  }
  /** Takes what was said of the running completions, and lets the finished ones leave. */
  const advance = (said: { readonly [name: string]: Tensor }): void => {
    for (const i of extend(running, said).reverse()) {
      const last = running.pop()!
      if (i === running.length) continue
      cache.move(running.length, i)
      running[i] = last
    }
  }

  advance(read)
  while (running.length > 0) {
    const said = await sampler.decode.run({
      ...constant,
      ...choosing(running),
      ...rowInputs(running, prompts.length, cache, model)
    })
    const added = (name: string, layer: number) => said[`${name}.${layer}`]!.data as Float32Array
    cache.append(Array.from({ length: model.layers }, (_, i) => [added("newKey", i), added("newValue", i)] as const))
    for (const row of running) row.position++
    advance(said)
  }
  return prompts.map((_, p) => all.slice(p * options.n, (p + 1) * options.n).map(({ result }) => result))
}

/** So cold that every token but the likeliest has a probability of 0. A power of two: it rounds nothing. */
const coldest = 2 ** 100

/** For each completion where in the distribution its next token lies, [rows, 1]. */
const uniforms = (rows: ReadonlyArray<Row>, { temperature }: SampleOptions): Tensor => {
  // Greedily, the first of equally likely tokens. 0 would do if the probability of all others were exactly 0 and not almost.
  const at = ({ key, result }: Row) => (temperature === 0 ? 2 ** -10 : Random.uniformAt(key, result.tokens.length))
  return float32(Float32Array.from(rows, (row) => Math.min(at(row), 1 - 2 ** -23)), [rows.length, 1])
}

/** What stays the same while completions grow: the prompts' keys and values, and where each prompt ends. */
const promptInputs = (read: { readonly [name: string]: Tensor }, lengths: ReadonlyArray<number>, model: Architecture): Feeds => {
  const longest = Math.max(...lengths)
  const mask = new Float32Array(lengths.length * longest)
  lengths.forEach((length, p) => mask.fill(never, p * longest + length, (p + 1) * longest))
  const feeds: Feeds = { promptMask: float32(mask, [lengths.length, 1, 1, longest]) }
  for (let layer = 0; layer < model.layers; layer++) {
    feeds[`promptKey.${layer}`] = read[`key.${layer}`]!
    feeds[`promptValue.${layer}`] = read[`value.${layer}`]!
  }
  return feeds
}

/** What the running completions are: their last tokens, where they stand, and what they have said. */
const rowInputs = (running: ReadonlyArray<Row>, groups: number, cache: Cache.Cache, model: Architecture): Feeds => {
  const positions = new Float32Array(running.length * 3)
  running.forEach((row, i) => positions.fill(row.position, 3 * i, 3 * i + 3))
  const members = Array.from({ length: groups }, (): Array<number> => [])
  running.forEach((row, i) => members[row.prompt]!.push(i))
  const samples = Math.max(...members.map((rows) => rows.length))
  const heads = model.keyValueHeads
  const grid = new Array<number>(groups * heads * samples).fill(0)
  const cell = new Array<number>(running.length * heads)
  members.forEach((rows, group) =>
    rows.forEach((row, sample) => {
      for (let head = 0; head < heads; head++) {
        const place = (group * heads + head) * samples + sample
        grid[place] = row * heads + head
        cell[row * heads + head] = place
      }
    })
  )
  const feeds: Feeds = {
    ids: int64(running.map((row) => row.result.tokens.at(-1)!)),
    positions: float32(positions, [running.length, 3]),
    grid: int64(grid, [groups, heads, samples]),
    cell: int64(cell),
    ownMask: cache.mask()
  }
  const own = cache.tensors(running.length)
  for (let layer = 0; layer < model.layers; layer++) {
    const [key, value] = own[layer]!
    feeds[`ownKey.${layer}`] = key
    feeds[`ownValue.${layer}`] = value
  }
  return feeds
}
