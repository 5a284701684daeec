/** `assay serve rewards` with the trainers that it is for: they train by its marks, through the files in shims/. */
// @module-tag long
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import type { LoggedStep } from "../../src/logs/loggedStep.ts"
import { readLog } from "../../src/logs/readLog.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { rewardNamed, scoreRow } from "../../src/reward/scoreRows.ts"
import { renderPng } from "../../src/vision/scenes/render.ts"
import { label, scene } from "../../src/vision/scenes/scene.ts"
import { serving } from "../cli/support.ts"
import { folder as environments, has } from "./servers.ts"

const folder = mkdtempSync(join(tmpdir(), "assay-engines-"))
const root = join(import.meta.dirname, "../..")
const model = join(root, "assets/tiny-vl")
const shims = join(root, "shims")

/** Scenes with a question each and its true answer. */
const examples = async (count: number) => {
  const next = Random.stream(Random.key(1))
  return Promise.all(Array.from({ length: count }, () => scene(next, { width: 112, height: 112 })).map(async (drawn, i) => {
    const image = join(folder, `${i}.png`)
    writeFileSync(image, await renderPng(drawn))
    const boxes = drawn.shapes.map((shape) => ({ bbox_2d: [shape.box.x1, shape.box.y1, shape.box.x2, shape.box.y2], label: label(shape) }))
    const asked = [...new Set(boxes.map(({ label }) => label))].join(", ")
    return { image, question: `Detect the following objects: ${asked}.`, solution: `<answer>\`\`\`json\n${JSON.stringify(boxes)}\n\`\`\`</answer>` }
  }))
}

const write = (name: string, rows: ReadonlyArray<object>): string => {
  const file = join(folder, name)
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
  return file
}

/** Runs a program of an environment to its end. Throws, with its last words, where that is no good one. */
const run = (environment: string, program: string, args: ReadonlyArray<string>, env: Record<string, string>): Promise<void> =>
  new Promise((resolve, reject) => {
    const quiet = { HF_HUB_OFFLINE: "1", DO_NOT_TRACK: "1", OMP_NUM_THREADS: "2", CUDA_VISIBLE_DEVICES: "" }
    const child = spawn(join(environments, environment, "bin", program), args, { cwd: folder, env: { ...process.env, ...quiet, ...env } })
    let words = ""
    const hear = (chunk: Buffer) => (words = `${words}${chunk}`.slice(-4000))
    child.stdout.on("data", hear)
    child.stderr.on("data", hear)
    child.on("error", reject)
    child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}:\n${words}`)))
  })

let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => void (server = await serving(folder, "rewards")))
afterAll(async () => {
  server.process.kill()
  assert.deepInclude(await server.ended, { code: 0 })
  rmSync(folder, { recursive: true, force: true })
})

const names = ["weightedSum", "format"] as const

/** What `assay score` says of the same. */
const total = (completion: string, solution: string): number => {
  const scored = scoreRow(JSON.stringify({ completion, solution }), 1, names.map((name) => rewardNamed(name, "fixed")))
  if (!("scores" in scored)) throw new Error(scored.error)
  return names.reduce((sum, name) => sum + scored.scores[name]!, 0)
}

/** The steps that a trainer logged, each of whose marks is that of `assay score`; trainers round to 32 bits. */
const steps = (log: string, part: string) =>
  Effect.gen(function*() {
    const read = yield* Effect.promise(async () => {
      const found: Array<LoggedStep> = []
      for await (const step of (await readLog([log])).steps()) found.push(step)
      return found
    })
    const samples = read.flatMap((step) => step.samples)
    for (const { completion, rewards, solution } of samples) {
      assert.approximately(rewards[part]!, total(completion, solution!), 1e-6, completion)
    }
    assert.isAbove(new Set(samples.map(({ rewards }) => rewards[part])).size, 1, "marks differ, so there is something to learn from")
    return read.map(({ samples, step }) => [step, samples.length])
  })

describe.skipIf(!has("trl"))("TRL", () => {
  it.live("trains by the marks of `assay score`", () =>
    Effect.gen(function*() {
      const rows = (yield* Effect.promise(() => examples(8))).map(({ image, question, solution }) => ({ prompt: [{ role: "user", content: question }], image, solution }))
      const out = join(folder, "trl")
      yield* Effect.promise(() => run("trl", "python", [join(import.meta.dirname, "train_trl.py"), model, write("trl.jsonl", rows), out, "3", shims], { ASSAY_REWARD_URL: server.url }))
      assert.deepStrictEqual(yield* steps(out, "weightedSum+format"), [[1, 8], [2, 8], [3, 8]])
    }))

  it.live("ends with the server's words where a solution cannot be read", () =>
    Effect.gen(function*() {
      const rows = (yield* Effect.promise(() => examples(2))).map(({ image, question }) => ({ prompt: [{ role: "user", content: question }], image, solution: "a dog" }))
      const args = [join(import.meta.dirname, "train_trl.py"), model, write("bad.jsonl", rows), join(folder, "bad"), "1", shims]
      const error = yield* Effect.flip(Effect.tryPromise(() => run("trl", "python", args, { ASSAY_REWARD_URL: server.url })))
      assert.match(String(error.cause), /could not be judged by weightedSum: no boxes can be read from the solution/)
    }))
})

const swift = `rlhf --rlhf_type grpo --model_type qwen2_5_vl --template qwen2_5_vl --reward_funcs assay --use_vllm false --use_cpu true
  --torch_dtype float32 --bf16 false --fp16 false --attn_impl sdpa --tuner_type full --gradient_checkpointing false --learning_rate 1e-4
  --beta 0.04 --temperature 1.0 --top_p 1.0 --top_k 0 --num_generations 4 --per_device_train_batch_size 8 --max_completion_length 96
  --max_steps 3 --logging_steps 1 --log_completions true --report_to none --save_strategy no --dataloader_num_workers 0
  --dataset_num_proc 1 --split_dataset_ratio 0 --add_version false`.split(/\s+/)

const plugins = ["--external_plugins", join(shims, "assay_swift.py"), join(import.meta.dirname, "swift_tiny.py")]

describe.skipIf(!has("swift"))("ms-swift", () => {
  it.live("trains by the marks of `assay score`", () =>
    Effect.gen(function*() {
      const rows = (yield* Effect.promise(() => examples(8))).map(({ image, question, solution }) => ({
        messages: [{ role: "user", content: `<image>${question}` }],
        images: [image],
        solution
      }))
      const out = join(folder, "swift")
      const env = { ASSAY_REWARD_URL: server.url, ASSAY_REWARDS: names.join(","), MAX_PIXELS: "50176", MIN_PIXELS: "3136" }
      yield* Effect.promise(() => run("swift", "swift", [...swift, ...plugins, "--model", model, "--dataset", write("swift.jsonl", rows), "--output_dir", out], env))
      assert.deepStrictEqual(yield* steps(out, "Assay"), [[1, 8], [2, 8], [3, 8]])
    }))
})
