import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readdir } from "node:fs/promises"
import { join, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { type Device, devices } from "../../onnx/Session.ts"
import * as ConfigCodec from "../../pipeline/declare/ConfigCodec.ts"
import type { PolicyNode } from "../../pipeline/declare/policyNode.ts"
import { Subject } from "../../pipeline/run/services.ts"
import { ComputeThreads } from "../ComputeThreads.ts"
import { Policy } from "../Policy.ts"
import * as Client from "./thread/Client.ts"
import { targets } from "../../model/lora.ts"
import { ModelFolderError } from "../../model/modelFolderError.ts"
import { defaults, type Training } from "./training/settings.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Adapters = Schema.Struct({
  rank: Count,
  alpha: Schema.Finite.check(Schema.isGreaterThan(0)),
  targets: Schema.Array(Schema.Literals(targets)).check(Schema.isMinLength(1), Schema.isUnique())
})

const Config = Schema.Struct({
  folder: Schema.NonEmptyString,
  weights: ConfigCodec.withDefault(
    Schema.Union([Schema.Literal("folder"), Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))]),
    "folder"
  ),
  lora: ConfigCodec.withDefault(Schema.NullOr(Adapters), defaults.lora),
  freezeVision: ConfigCodec.withDefault(Schema.Boolean, defaults.freezeVision),
  microBatch: ConfigCodec.withDefault(Count, defaults.microBatch),
  device: ConfigCodec.withDefault(Schema.Literals(devices), "cpu")
})

const codec = ConfigCodec.make("local", Config)

/** Changes when the computation itself does, so that finished work of an older one is not taken for its own. */
const computation = 3

/** sha256 over names and contents of the files that decide what the model says. */
const contentHash = (folder: string, weights: "folder" | number): Effect.Effect<string, ModelFolderError> =>
  Effect.tryPromise({
    try: async () => {
      const files = (await readdir(folder)).filter((name) =>
        /\.(json|jinja|txt)$/.test(name) || (weights === "folder" && name.endsWith(".safetensors"))
      ).sort()
      const hash = createHash("sha256").update(`computation ${computation}\n`)
      for (const name of files) {
        hash.update(`${name}\n`)
        await pipeline(createReadStream(join(folder, name)), hash, { end: false })
      }
      return hash.digest("hex")
    },
    catch: (cause) =>
      new ModelFolderError({
        folder,
        file: "",
        message: `Model folder ${folder} cannot be read (${cause instanceof Error ? cause.message : String(cause)}). ` +
          "Name a folder in Hugging Face layout, relative to where the command runs."
      })
  })

const services = (config: typeof Config.Type) =>
  Effect.gen(function*() {
    const threads = yield* ComputeThreads
    const call = yield* Client.start({ ...config, folder: resolve(config.folder), threads })
    return Context.make(Policy, {
      inputSize: (size) => call("inputSize", size),
      render: (question) => call("render", question),
      encodeAnswer: (text) => call("encodeAnswer", text),
      sample: (questions, options) => call("sample", questions, options),
      logprobs: (sequences, of) => call("logprobs", sequences, of),
      syncReference: call("syncReference"),
      backward: (sequences, weights) => call("backward", sequences, weights),
      step: (options) => call("step", options)
    }).pipe(Context.add(Subject, {
      save: (path, what) => call("save", path, what),
      load: (path) => call("load", path)
    }))
  })

/**
 * A Qwen2.5-VL model of any size, sampled and trained in this process by ONNX Runtime.
 *
 * `folder` is in Hugging Face layout, relative to the working directory. `weights` is "folder" (its safetensors) or a seed
 * to draw random weights from, for training from scratch.
 *
 * `lora` trains low-rank adapters (rank at least 1, dropout always 0) on the named matrices of every decoder layer in place of
 * the model's own weights; checkpoints then hold the adapters alone, under PEFT's names. `freezeVision` leaves the vision
 * tower as it is. `microBatch` is how many sequences go through the training graph at once, 32 unless given: it changes
 * memory, and results by rounding only. `device` is what computes, "cpu" unless given; where it is missing, the first call
 * fails and says what it needs. Throws `InvalidConfig`, naming the key.
 */
export const local = (folder: string, options: LocalOptions = {}): PolicyNode<Policy> => make({ folder, ...options })

/** What a local policy is, besides its folder. */
export interface LocalOptions extends Partial<Training> {
  readonly weights?: "folder" | number
  readonly device?: Device
}

const make = (input: unknown): PolicyNode<Policy> => {
  const config = codec.decode(input)
  return {
    kind: "policy",
    name: "local",
    code: { module: import.meta.url, export: "local" },
    config: codec.encode(config),
    parts: [],
    random: false,
    content: contentHash(config.folder, config.weights),
    rebuild: (changed) => make(changed),
    layer: Layer.effectContext(services(config))
  }
}
