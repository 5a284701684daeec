/** Trained models as folders that transformers and PEFT read. */
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { load as loadFolder } from "./modelConfig.ts"
import { adapterFile, adapterName, type Lora } from "./lora.ts"
import { ModelFolderError } from "./modelFolderError.ts"
import { embeddingTable, layout, outputHead, parameterSpecs, tensorViews } from "./Parameters.ts"
import * as Safetensors from "./Safetensors.ts"
import { SafetensorsError } from "./SafetensorsHeader.ts"

/** A local policy's saved state, and the model folder that it started from. */
export interface Saved {
  /** A file of "weights" or of "training". */
  readonly weights: string
  readonly folder: string
}

/**
 * Writes a policy's adapters into the folder `target` as PEFT reads them: adapter_model.safetensors and
 * adapter_config.json, which names `saved.folder` as the base model.
 *
 * Fails with `SafetensorsError` when the file holds no adapters.
 */
export const writeAdapter = Effect.fn("Policy.writeAdapter")(function*(saved: Saved, target: string) {
  const file = yield* Safetensors.open(saved.weights)
  const lora = loraOf(file)
  if (lora === undefined) {
    return yield* SafetensorsError.of(saved.weights, "holds no adapters. Use writeFolder for a policy without lora.")
  }
  if (file.metadata.base !== "folder") return yield* onRandom(saved, file)
  const names = [...file.tensors.keys()].filter((name) => name.startsWith("base_model."))
  const tensors = yield* Effect.forEach(names, (name) =>
    Effect.map(file.readFloats(name), (data) => ({ name, shape: file.tensors.get(name)!.shape, data })))
  yield* inFolder(target, "adapter_config.json", async () => {
    await mkdir(target, { recursive: true })
    await writeFile(join(target, "adapter_config.json"), `${JSON.stringify(peftConfig(lora, saved.folder), null, 2)}\n`)
  })
  yield* Safetensors.write(join(target, adapterFile), tensors, { format: "pt" })
}, Effect.scoped)

export interface FolderOptions {
  /** Type of the numbers; F32 unless given. */
  readonly dtype?: "F32" | "F16" | "BF16"
  /** Whether an output head that is tied to the embeddings is written, too. */
  readonly head?: boolean
}

/**
 * Writes a policy as a whole model folder in Hugging Face layout: adapters added to the weights that they adapt, frozen
 * tensors from the folder that the policy started from, all as `dtype`, and that folder's other files beside them.
 */
export const writeFolder = Effect.fn("Policy.writeFolder")(function*(
  saved: Saved,
  target: string,
  { dtype = "F32", head = false }: FolderOptions = {}
) {
  const { model } = yield* loadFolder(saved.folder)
  const at = layout(parameterSpecs(model.architecture))
  const tensors = tensorViews(new Float32Array(at.size), at)
  const file = yield* Safetensors.open(saved.weights)
  const whole = tensors.every(({ name }) => file.tensors.has(name))
  if (!whole && file.metadata.base !== "folder") return yield* onRandom(saved, file)
  const base = whole ? file : yield* Safetensors.openFolder(saved.folder)
  const lora = loraOf(file)
  for (const { data, name, shape } of tensors) {
    yield* (file.tensors.has(name) ? file : base).readInto(name, data, shape)
    const [a, b] = [adapterName(name, "A"), adapterName(name, "B")]
    if (lora === undefined || !file.tensors.has(a)) continue
    merge(data, yield* file.readFloats(a), yield* file.readFloats(b), lora)
  }
  yield* inFolder(target, "", async () => {
    await mkdir(target, { recursive: true })
    if (resolve(target) === resolve(saved.folder)) return
    for (const name of await readdir(saved.folder)) {
      if (!/\.(json|jinja|txt)$/.test(name) || name.endsWith(".index.json")) continue
      await copyFile(join(saved.folder, name), join(target, name))
    }
  })
  const table = tensors.find(({ name }) => name === embeddingTable)!
  const all = head && model.architecture.tiedEmbeddings ? [...tensors, { ...table, name: outputHead }] : tensors
  const numbers = all.map((tensor) => ({ ...tensor, dtype }))
  yield* Safetensors.write(join(target, "model.safetensors"), numbers, { format: "pt" })
}, Effect.scoped)

const onRandom = ({ folder, weights }: Saved, { metadata }: Safetensors.Weights): SafetensorsError =>
  SafetensorsError.of(weights, `rests on random weights of seed ${metadata.base}, which ${folder} does not hold. Train all of them.`)

const loraOf = ({ metadata }: Safetensors.Weights): Lora | undefined =>
  metadata.lora === undefined ? undefined : JSON.parse(metadata.lora) as Lora

/** W [outputs, inputs] becomes W + alpha / rank * B [outputs, rank] A [rank, inputs]; sums in double precision. */
const merge = (w: Float32Array, a: Float32Array, b: Float32Array, { alpha, rank }: Lora): void => {
  const inputs = a.length / rank
  for (let i = 0; i < w.length; i++) {
    const [row, column] = [Math.floor(i / inputs), i % inputs]
    let sum = 0
    for (let r = 0; r < rank; r++) sum += b[row * rank + r]! * a[r * inputs + column]!
    w[i]! += (alpha / rank) * sum
  }
}

/** What PEFT 0.21 needs to know. The pattern keeps it from the vision tower, whose matrices have the same names. */
const peftConfig = ({ alpha, rank, targets }: Lora, base: string) => ({
  peft_type: "LORA",
  task_type: "CAUSAL_LM",
  base_model_name_or_path: base,
  inference_mode: true,
  r: rank,
  lora_alpha: alpha,
  lora_dropout: 0,
  bias: "none",
  fan_in_fan_out: false,
  target_modules: `model\\.language_model\\.layers\\.\\d+\\.(self_attn|mlp)\\.(${targets.join("|")})`
})

const inFolder = (folder: string, file: string, run: () => Promise<void>): Effect.Effect<void, ModelFolderError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => ModelFolderError.of(folder, file, `cannot be written (${String(cause)}). Name another folder.`)
  })
