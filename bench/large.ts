/**
 * A random model of Qwen2.5-VL-3B's shape, in four bfloat16 shards: does it load and answer, and in how much memory?
 *
 * Writes 8 GB to a temporary folder and deletes them. Prints JSON. Not part of `npm run bench`, for the disk and the minutes
 * that it takes: node bench/large.ts
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import * as Random from "../src/pipeline/Random.ts"
import { make } from "../src/policy/local/thread/engine.ts"
import * as Effect from "effect/Effect"
import { load } from "../src/model/modelConfig.ts"
import { parameterSpecs, type TensorSpec } from "../src/model/Parameters.ts"

const tiny = "assets/tiny-vl"
const tokens = 8
const shards = 4

/** The numbers of Qwen2.5-VL-3B's config.json, with the tokens of the shipped tokenizer. */
const config = {
  ...JSON.parse(readFileSync(join(tiny, "config.json"), "utf8")) as object,
  hidden_size: 2048,
  num_hidden_layers: 36,
  num_attention_heads: 16,
  num_key_value_heads: 2,
  intermediate_size: 11_008,
  rope_theta: 1_000_000,
  rope_scaling: { type: "mrope", mrope_section: [16, 24, 24] },
  max_position_embeddings: 128_000,
  tie_word_embeddings: true,
  vocab_size: 151_936,
  torch_dtype: "bfloat16",
  vision_config: {
    model_type: "qwen2_5_vl",
    depth: 32,
    hidden_size: 1280,
    num_heads: 16,
    intermediate_size: 3420,
    hidden_act: "silu",
    patch_size: 14,
    temporal_patch_size: 2,
    spatial_merge_size: 2,
    window_size: 112,
    fullatt_block_indexes: [7, 15, 23, 31],
    in_chans: 3,
    out_hidden_size: 2048
  }
}

const elements = ({ shape }: TensorSpec): number => shape.reduce((a, b) => a * b, 1)

/** Small bfloat16 numbers of both signs, over and over. */
const block = (): Buffer => {
  const next = Random.stream(Random.key(7))
  return Buffer.from(Uint16Array.from({ length: 2 ** 22 }, () => (next() < 0.5 ? 0 : 0x8000) | (0x3c00 + Math.floor(next() * 0x80))).buffer)
}

const writeShard = async (file: string, tensors: ReadonlyArray<TensorSpec>, numbers: Buffer): Promise<void> => {
  let end = 0
  const header = Object.fromEntries(tensors.map((tensor) => {
    const begin = end
    end += 2 * elements(tensor)
    return [tensor.name, { dtype: "BF16", shape: tensor.shape, data_offsets: [begin, end] }]
  }))
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  const handle = await open(file, "w")
  await handle.write(length)
  await handle.write(json)
  for (let left = end; left > 0; left -= numbers.length) await handle.write(numbers.subarray(0, Math.min(left, numbers.length)))
  await handle.close()
}

const writeFolder = async (folder: string): Promise<number> => {
  for (const name of ["tokenizer.json", "tokenizer_config.json", "preprocessor_config.json", "generation_config.json"]) {
    copyFileSync(join(tiny, name), join(folder, name))
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const { model } = await Effect.runPromise(load(folder))
  const tensors = parameterSpecs(model.architecture).flatMap((spec) => spec.tensors)
  const total = tensors.reduce((sum, tensor) => sum + elements(tensor), 0)
  const numbers = block()
  const map: { [tensor: string]: string } = {}
  let at = 0
  const parts = Array.from({ length: shards }, (): Array<TensorSpec> => [])
  for (const tensor of tensors) {
    parts[Math.min(shards - 1, Math.floor((at * shards) / total))]!.push(tensor)
    at += elements(tensor)
  }
  for (const [i, part] of parts.entries()) {
    const name = `model-0000${i + 1}-of-0000${shards}.safetensors`
    for (const tensor of part) map[tensor.name] = name
    await writeShard(join(folder, name), part, numbers)
  }
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ metadata: { total_size: 2 * total }, weight_map: map }))
  return total
}

const seconds = async <A>(work: () => Promise<A>): Promise<readonly [A, number]> => {
  const start = performance.now()
  return [await work(), (performance.now() - start) / 1000]
}

const folder = mkdtempSync(join(tmpdir(), "assay-large-"))
try {
  const [parameters, writing] = await seconds(() => writeFolder(folder))
  const image = join(folder, "grey.png")
  await sharp({ create: { width: 224, height: 224, channels: 3, background: "#789" } }).png().toFile(image)
  const engine = await make({ folder, weights: "folder", threads: 2 })
  const question = {
    messages: [{ role: "user" as const, content: [{ type: "image" as const }, { type: "text" as const, text: "What is there?" }] }],
    images: [image],
    key: Random.key(1)
  }
  const ask = (maxTokens: number) => () => engine.sample([question], { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens })
  const [, first] = await seconds(ask(1))
  const [, more] = await seconds(ask(tokens))
  console.log(JSON.stringify({
    parameters,
    bytesOfWeights: 4 * parameters,
    secondsToWrite: writing,
    secondsToLoadAndSayOneToken: first,
    secondsFor: { tokens, seconds: more },
    peakBytes: process.resourceUsage().maxRSS * 1024
  }))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
