/** The local policy: a Qwen2.5-VL model of any size, sampled and trained in this process by ONNX Runtime. */
import { resolve } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { modelFiles } from "../../hub/model.ts"
import { addressOf, modelOnHub, Revision } from "../../hub/repository.ts"
import { pin, snapshot, supply } from "../../hub/snapshot.ts"
import { modelContent } from "../../model/contentHash.ts"
import { targets } from "../../model/lora.ts"
import { ModelFolderError } from "../../model/modelFolderError.ts"
import { modelFolder, tiny as tinyFolder } from "../../model/shipped.ts"
import { type Device, devices } from "../../onnx/devices.ts"
import * as Config from "../../pipeline/declare/Config.ts"
import type { ContentError } from "../../pipeline/declare/Node.ts"
import type { PolicyNode } from "../../pipeline/declare/policyNode.ts"
import { Subject } from "../../pipeline/run/services.ts"
import { ComputeThreads } from "../../pipeline/run/ComputeThreads.ts"
import { define } from "../define.ts"
import { Portable } from "../portable.ts"
import { Sampler } from "../sampler.ts"
import { Trainer } from "../trainer.ts"
import * as Client from "./thread/Client.ts"
import { defaults, type Training } from "./training/settings.ts"

const Adapters = Schema.Struct({
  rank: Config.Count,
  alpha: Config.Positive,
  targets: Schema.Array(Schema.Literals(targets)).check(Schema.isMinLength(1), Schema.isUnique())
})

const config = Schema.Struct({
  folder: Schema.NonEmptyString,
  revision: Schema.optionalKey(Revision),
  weights: Config.withDefault(Schema.Union([Schema.Literal("folder"), Config.Whole]), "folder"),
  lora: Config.withDefault(Schema.NullOr(Adapters), defaults.lora),
  freezeVision: Config.withDefault(Schema.Boolean, defaults.freezeVision),
  microBatch: Config.withDefault(Config.Count, defaults.microBatch),
  device: Config.withDefault(Schema.Literals(devices), "cpu")
})

const filesOf = ({ weights }: typeof config.Type) => modelFiles(weights === "folder")

/** The hash of a folder, which has no revisions. */
const checkedContent = ({ folder, revision, weights }: typeof config.Type) =>
  revision === undefined
    ? modelContent(modelFolder(folder), weights === "folder")
    : Effect.fail(ModelFolderError.of(folder, "", "is a folder here, so it has no revisions. Leave the revision out, or name a model on the hub.", "revision"))

const services = (options: typeof config.Type) =>
  Effect.gen(function*() {
    const threads = yield* ComputeThreads
    const { revision: _, ...engine } = options
    const repository = modelOnHub(options.folder, options.revision)
    const folder = repository === undefined ? modelFolder(options.folder) : (yield* snapshot(repository, filesOf(options))).folder
    const call = yield* Client.start({ ...engine, folder: resolve(folder), threads })
    return Context.make(Sampler, {
      pixelLimits: call("pixelLimits"),
      inputSize: (size) => call("inputSize", size),
      render: (question) => call("render", question),
      sample: (questions, how) => call("sample", questions, how)
    }).pipe(
      Context.add(Trainer, {
        encodeAnswer: (text) => call("encodeAnswer", text),
        logprobs: (sequences, of) => call("logprobs", sequences, of),
        syncReference: call("syncReference"),
        backward: (sequences, weights) => call("backward", sequences, weights),
        step: (how) => call("step", how)
      }),
      Context.add(Portable, {
        trains: { what: options.lora === null ? "model" : "adapter", vision: options.lora === null && !options.freezeVision },
        write: (folder, what) => call("write", folder, what),
        read: (folder) => call("read", folder)
      }),
      Context.add(Subject, {
        save: (path, what) => call("save", path, what),
        load: (path) => call("load", path)
      })
    )
  })

const make = define({
  name: "local",
  module: import.meta.url,
  config,
  incidental: ["revision"], // the commit that it was is the content
  offers: [Sampler, Trainer, Portable],
  content: (options) =>
    Effect.suspend((): Effect.Effect<string, ContentError> => {
      const repository = modelOnHub(options.folder, options.revision)
      if (repository === undefined) return checkedContent(options)
      return Effect.map(pin(repository), (commit) => addressOf(repository, commit))
    }),
  supply: (options) =>
    Effect.suspend(() => {
      const repository = modelOnHub(options.folder, options.revision)
      return repository === undefined ? Effect.undefined : supply(repository, filesOf(options))
    }),
  layer: (options) => Layer.effectContext(services(options))
})

/** What a local policy is, besides its folder. */
export interface LocalOptions extends Partial<Training> {
  readonly revision?: string
  readonly weights?: "folder" | number
  readonly device?: Device
}

/**
 * A Qwen2.5-VL model of any size, sampled and trained in this process by ONNX Runtime.
 *
 * `folder` is in Hugging Face layout, relative to the working directory; where there is none of that name, `ORG/NAME` is a model on
 * the Hugging Face hub, at `revision` ("main" unless given), which is pinned to its commit when the study is planned. `weights` is "folder" (its safetensors) or a seed
 * to draw random weights from, for training from scratch.
 *
 * `lora` trains low-rank adapters (rank at least 1, dropout always 0) on the named matrices of every decoder layer in place of
 * the model's own weights; checkpoints then hold the adapters alone, under PEFT's names. `freezeVision` leaves the vision
 * tower as it is. `microBatch` is how many sequences go through the training graph at once, 32 unless given: it changes
 * memory, and results by rounding only. `device` is what computes, "cpu" unless given; where it is missing, the first call
 * fails and says what it needs. Throws `InvalidConfig`, naming the key.
 */
export const local = (folder: string, options: LocalOptions = {}): PolicyNode<Sampler | Trainer | Portable> =>
  make({ folder, ...options })

/** The smaller shipped model, of two million parameters, for drawn scenes: enough to see a study learn on two cores. */
export const tiny = (options: LocalOptions = {}): PolicyNode<Sampler | Trainer | Portable> => local(tinyFolder, options)
