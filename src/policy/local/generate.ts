import { type Session, type Tensor, float32, int64 } from "../../onnx/Session.ts"
import * as Random from "../../pipeline/Random.ts"
import type { SampleOptions } from "../Policy.ts"
import { type Architecture, headSize } from "./Architecture.ts"
import * as Cache from "./Cache.ts"
import { argmax, draw } from "./choose.ts"
import { type EncodedPrompt, type Feeds, never, packPrompts } from "./pack.ts"

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
  readonly memory: Cache.Memory
}

/** A completion that goes on. */
interface Row {
  readonly result: Generated
  readonly key: Random.Key
  /** Index of its prompt. */
  readonly group: number
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
  const cache = Cache.make(model, prompts.length * options.n, options.maxTokens, generator.memory)
  const results = outputs(model, prompts.length * options.n)
  const constant = {
    ...generator.parameters.decoder,
    ...promptInputs(read, prompts.map((prompt) => prompt.ids.length), model),
    inverseTemperature
  }

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

  const completions = prompts.map(() =>
    Array.from({ length: options.n }, (): Generated => ({ tokens: [], logprobs: [], finishReason: "length" }))
  )
  const running: Array<Row> = []
  prompts.forEach((prompt, p) =>
    completions[p]!.forEach((result, sample) => {
      const row = { result, key: Random.fold(prompt.key, sample), group: p, position: prompt.next }
      if (extend(row, read, p)) running.push(row)
    })
  )

  while (running.length > 0) {
    const inputs = { ...constant, ...rowInputs(running, prompts.length, cache, model) }
    const said = await generator.decode.run(inputs, results(running.length))
    const added = (name: string, layer: number) => said[`${name}.${layer}`]!.data as Float32Array
    cache.append(Array.from({ length: model.layers }, (_, i) => [added("newKey", i), added("newValue", i)] as const))
    const finished = running.flatMap((row, i) => {
      row.position++
      return extend(row, said, i) ? [] : [i]
    })
    for (const i of finished.reverse()) {
      const last = running.pop()!
      if (i === running.length) continue
      cache.move(running.length, i)
      running[i] = last
    }
  }
  return completions
}

/** Memory for what a step of up to `most` completions gives, for every step again: whatever is new has to be collected. */
const outputs = (model: Architecture, most: number): (rows: number) => Feeds => {
  const size = model.keyValueHeads * headSize(model)
  const widths = [["logp", model.vocabulary], ["probability", model.vocabulary]] as Array<[name: string, width: number]>
  for (let layer = 0; layer < model.layers; layer++) widths.push([`newKey.${layer}`, size], [`newValue.${layer}`, size])
  const memory = widths.map(([name, width]) => ({ name, width, data: new Float32Array(most * width) }))
  return (rows) =>
    Object.fromEntries(memory.map(({ data, name, width }) => [name, float32(data.subarray(0, rows * width), [rows, width])]))
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
  running.forEach((row, i) => members[row.group]!.push(i))
  const samples = Math.max(...members.map((rows) => rows.length))
  const grid = new Array<number>(groups * samples).fill(0)
  const cell = new Array<number>(running.length)
  members.forEach((rows, group) =>
    rows.forEach((row, sample) => {
      grid[group * samples + sample] = row
      cell[row] = group * samples + sample
    })
  )
  const feeds: Feeds = {
    ids: int64(running.map((row) => row.result.tokens.at(-1)!)),
    positions: float32(positions, [running.length, 3]),
    grid: int64(grid, [groups, samples]),
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
