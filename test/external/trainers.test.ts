/** What trainers are given to read. That they take it, test/engines shows. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"
import { config } from "../../src/external/settings.ts"
import { trainers } from "../../src/external/trainers.ts"
import type { Prompt } from "../../src/task/prompt.ts"

const settingsOf = (more: Partial<typeof config.Encoded> = {}) =>
  Schema.decodeSync(config)({ trainer: "trl", steps: 9, batch: 2, groupSize: 4, maxTokens: 50, learningRate: 0.5, checkpointEvery: 3, ...more })

const places = { data: "/there/data.jsonl", output: "/there/attempt-1/checkpoints", model: "/there/model", adapter: null }

const prompt = {
  image: { path: "/pictures/a.png", width: 8, height: 8 },
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "image" }, { type: "text", text: "Where is the dog?" }] }
  ]
} as unknown as Prompt

describe.each(Object.entries(trainers))("%s", (_, trainer) => {
  const configOf = (more: Partial<typeof config.Encoded> = {}) => trainer.config(settingsOf(more), places, 7)

  it("is told what the stage is told", () => {
    assert.deepInclude(configOf({ schedule: "cosine", warmup: 2, klCoefficient: 0.1, topK: 5 }), {
      max_steps: 9,
      per_device_train_batch_size: 8,
      num_generations: 4,
      max_completion_length: 50,
      learning_rate: 0.5,
      lr_scheduler_type: "cosine",
      warmup_steps: 2,
      beta: 0.1,
      temperature: 1,
      top_k: 5,
      save_steps: 3,
      logging_steps: 1,
      loss_type: "grpo",
      output_dir: places.output,
      seed: 7
    })
    assert.deepInclude(configOf({ microBatch: 4 }), { per_device_train_batch_size: 4 })
  })

  it("is told methods in its own words", () => {
    assert.deepInclude(configOf({ method: "drGrpo" }), { loss_type: "dr_grpo", scale_rewards: "none" })
    assert.deepInclude(configOf({ method: "gspo" }), { importance_sampling_level: "sequence", epsilon: 3e-4, epsilon_high: 4e-4 })
    assert.deepInclude(configOf({ method: "dapo" }), { loss_type: "dapo", epsilon_high: 0.28 })
  })

  it("is told further settings, which go before what is only usual", () => {
    assert.deepInclude(configOf({ settings: { bf16: true, use_vllm: true } }), { bf16: true, use_vllm: true })
  })

  it("names all that the stage sets as taken, and nothing that is only usual", () => {
    const usual = Object.keys(configOf()).filter((key) => !trainer.sets.includes(key))
    assert.includeMembers(usual, ["report_to", "bf16", "gradient_checkpointing", "loss_type"])
    assert.notIncludeMembers(usual, ["max_steps", "learning_rate", "output_dir", "seed", "logging_steps", "save_steps"])
  })
})

const hidden = { ...prompt, messages: [{ role: "user", content: [{ type: "text", text: "Where is the dog?" }] }] } as unknown as Prompt

describe("rows of data", () => {
  it("have no picture where the question hides it", () => {
    const messages = [{ role: "user", content: "Where is the dog?" }]
    assert.deepStrictEqual(trainers.trl.row(hidden, 0), { prompt: messages, images: [], row: 0 })
    assert.deepStrictEqual(trainers["ms-swift"].row(hidden, 0), { messages, images: [], row: 0 })
  })

  it("are TRL's", () => {
    assert.deepStrictEqual(trainers.trl.row(prompt, 3), {
      prompt: [{ role: "system", content: "Be brief." }, { role: "user", content: "Where is the dog?" }],
      images: ["/pictures/a.png"],
      row: 3
    })
  })

  it("are ms-swift's", () => {
    assert.deepStrictEqual(trainers["ms-swift"].row(prompt, 3), {
      messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "<image>Where is the dog?" }],
      images: ["/pictures/a.png"],
      row: 3
    })
  })
})

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0)

describe.skipIf(python === undefined)("ms-swift's script", () => {
  it("sees pictures within the stage's limits, whatever the environment says", () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-swift-"))
    const module = (name: string, lines: ReadonlyArray<string>) => writeFileSync(join(folder, `${name}.py`), lines.join("\n"))
    try {
      const settings = { model: folder, adapter: null, pixels: { minPixels: 3136, maxPixels: 50_176 } }
      module("assay_stage", ["import json", "def read(_):", `    return json.loads('${JSON.stringify(settings).replaceAll("\\", "\\\\")}')`, "def Stage(settings):", "    pass"])
      // the first of the packages that it needs, which has to find the limits set
      module("torch", ["import os, sys", "print(os.environ['MIN_PIXELS'], os.environ['MAX_PIXELS'])", "sys.exit()"])
      writeFileSync(join(folder, "train_swift.py"), readFileSync("trainers/train_swift.py"))
      const env = { ...process.env, MIN_PIXELS: "1", MAX_PIXELS: "12845056", PYTHONDONTWRITEBYTECODE: "1" }
      const { stderr, stdout } = spawnSync(python!, [join(folder, "train_swift.py")], { env, encoding: "utf8" })
      assert.strictEqual(stdout.trim(), "3136 50176", stderr)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
