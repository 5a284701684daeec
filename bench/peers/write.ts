/**
 * Writes what the peers are to do into a folder: `node bench/peers/write.ts FOLDER [--smoke]`.
 *
 * `batch.json` holds prompts, training batches with our log-probabilities, the lengths of our completions and the settings;
 * beside it lie the pictures, the COCO files and our figures for them.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import { evaluateFiles } from "../../src/evaluate/files.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { make as makeEncoder } from "../../src/model/encode.ts"
import { make as makeEngine } from "../../src/policy/local/thread/engine.ts"
import { load as loadFolder } from "../../src/model/modelConfig.ts"
import { load as loadText } from "../../src/model/modelText.ts"
import type { Sequence } from "../../src/policy/trainer.ts"
import * as Batch from "../support/batch.ts"
import * as CocoFiles from "../support/cocoFiles.ts"
import { defaults } from "../support/measure.ts"

const { positionals: [target], values } = parseArgs({ allowPositionals: true, options: { smoke: { type: "boolean" } } })
if (target === undefined) throw new Error("usage: node bench/peers/write.ts FOLDER [--smoke]")
mkdirSync(target, { recursive: true })

const smoke = values.smoke === true
const folder = "assets/tiny-vl"
const [groups, samples, maxTokens] = smoke ? [2, 2, 12] : [8, 8, 160]
const engine = await makeEngine({ folder, weights: "folder", threads: defaults.threads })
const encoder = await Effect.runPromise(Effect.gen(function*() {
  const { model, preprocessor } = yield* loadFolder(folder)
  return makeEncoder(model, preprocessor, yield* loadText(folder))
}))

const prompts = await Batch.prompts(target, groups * samples)
const encoded = await Promise.all(prompts.map((prompt) => Effect.runPromise(encoder.encode(Batch.questionOf(prompt)))))
const indexOf = new Map(prompts.map(({ image }, i) => [image.path, i]))

/** Prompt, tokens, weights and our log-probabilities of every sequence. */
const batch = async (shape: Batch.Shape) => {
  const all: ReadonlyArray<Sequence> = await Batch.sequences(engine, target, shape)
  const logprobs = await engine.logprobs(all, "current")
  const weights = Batch.weightsOf(all)
  return all.map(({ question, tokens }, i) => ({
    prompt: indexOf.get(question.images[0]!)!,
    tokens,
    weights: weights[i],
    logprobs: logprobs[i]
  }))
}

const questions = prompts.slice(0, groups).map((prompt, i) =>
  ({ ...Batch.questionOf(prompt), key: Random.fold(Random.key(1), i) }))
const sampled = await engine.sample(questions, { n: samples, temperature: 1, topP: 1, topK: 0, maxTokens })

writeFileSync(
  join(target, "batch.json"),
  JSON.stringify({
    model: resolve(folder),
    threads: defaults.threads,
    adamW: Batch.adamW,
    prompts: prompts.map(({ image, messages, solution }, i) => ({
      messages,
      image: basename(image.path),
      solution,
      ids: encoded[i]!.ids
    })),
    train: {
      grouped: await batch({ groups, samples }),
      distinct: await batch({ groups: groups * samples, samples: 1 })
    },
    generate: { samples, lengths: sampled.map((group) => group.map(({ tokens }) => tokens.length)) },
    grpo: { groups, samples, maxTokens, learningRate: Batch.adamW.learningRate }
  })
)

const files = CocoFiles.write(target, smoke ? CocoFiles.tiny : CocoFiles.full)
const { stats } = await Effect.runPromise(evaluateFiles(files))
writeFileSync(join(target, "coco-ours.json"), JSON.stringify({ stats }))
