/** TRL's logs, as a real trainer wrote them, and as they are while it still writes. */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { readLog, readTrl } from "../../src/logs/readLog.ts"
import { copyOf, fixture, folderOf, jsonLines, read, stepsOf } from "./support.ts"

describe("the output folder of a TRL trainer", () => {
  it("has numbers and completions of every step", async () => {
    const log = await readLog([fixture("trl")])
    assert.strictEqual(log.layout.name, "trl")
    assert.strictEqual(log.size, 3)
    const steps = await stepsOf(log)
    assert.deepStrictEqual(steps.map(({ samples, step }) => [step, samples.length]), [[1, 4], [2, 4], [3, 4]])
    assert.strictEqual(steps[1]!.metrics["loss"], 0.28111451864242554)
    assert.strictEqual(steps[1]!.metrics["completions/mean_length"], 37.25)
    assert.deepStrictEqual(steps[0]!.samples[0], {
      prompt: "<image>Detect all shapes.",
      completion: "<think>I see eve', '.</think><answer>```json\n{\"bbox_2d\": [561<answer>56, 79, 79: 47, 95: 1, circle: 46 border\"}]\n```</answer>",
      solution: "[{\"bbox_2d\": [1, 2, 30, 40], \"label\": \"red square\"}]",
      rewards: { has_think: 1, brevity: 0.6875 },
      advantage: 0.47397440671920776,
      others: {}
    })
    assert.deepStrictEqual(log.remarks, [])
  })

  it("leaves out a part of the reward where its function gave none, so that means are the trainer's", async () => {
    for (const { metrics, samples } of await read(fixture("trl"))) {
      for (const part of ["has_think", "brevity"]) {
        const values = samples.flatMap(({ rewards }) => rewards[part] ?? [])
        assert.lengthOf(values, part === "brevity" ? 3 : 4)
        assert.closeTo(values.reduce((sum, value) => sum + value, 0) / values.length, metrics[`rewards/${part}/mean`]!, 1e-6)
      }
    }
  })

  it("tells parts of the reward from other numbers by the metrics, and takes all numbers for parts without them", async () => {
    const folder = copyOf("trl", (state) => state.replaceAll("rewards/brevity/", "other/brevity/"))
    const [known] = await read(folder)
    assert.deepStrictEqual(known!.samples[0]!.rewards, { has_think: 1 })
    assert.deepStrictEqual(known!.samples[0]!.others, { brevity: 0.6875 })
    const [alone] = await read(join(folder, "completions", "completions_00001.parquet"))
    assert.deepStrictEqual(alone!.samples[0]!.rewards, { has_think: 1, brevity: 0.6875 })
    assert.deepStrictEqual(alone!.metrics, {})
  })

  it("takes the newest state that can be read", async () => {
    const folder = copyOf("trl")
    writeFileSync(join(folder, "checkpoint-3", "trainer_state.json"), "{\"log_history\": [{\"step\": 1, \"los")
    const log = await readLog([folder])
    const steps = await stepsOf(log)
    assert.deepStrictEqual(steps.map(({ metrics }) => typeof metrics["loss"]), ["number", "number", "undefined"])
    assert.include(log.remarks.join(), "checkpoint-3/trainer_state.json: it cannot be read as a trainer's state")
  })
})

describe("a TRL trainer that runs", () => {
  it("has logged nothing before its first step, nor before it has a folder", async () => {
    assert.deepStrictEqual(await readTrl(folderOf()), [])
    assert.deepStrictEqual(await readTrl(join(folderOf(), "none")), [])
  })

  it("is followed step by step", async () => {
    const folder = copyOf("trl")
    assert.deepStrictEqual((await readTrl(folder)).map(({ step }) => step), [1, 2, 3])
    assert.deepStrictEqual((await readTrl(folder, 2)).map(({ samples, step }) => [step, samples.length]), [[3, 4]])
    assert.deepStrictEqual(await readTrl(folder, 3), [])
  })

  it("has completions before numbers", async () => {
    const folder = copyOf("trl")
    for (const checkpoint of ["checkpoint-2", "checkpoint-3"]) rmSync(join(folder, checkpoint), { recursive: true })
    const steps = await readTrl(folder)
    assert.deepStrictEqual(steps.map(({ metrics, samples }) => [metrics, samples.length]), [[{}, 4], [{}, 4], [{}, 4]])
  })

  it("may be writing its last table", async () => {
    const folder = copyOf("trl")
    const last = join(folder, "completions", "completions_00003.parquet")
    writeFileSync(last, readFileSync(last).subarray(0, 3000))
    const log = await readLog([folder])
    const steps = await stepsOf(log)
    assert.deepStrictEqual(steps.map(({ samples, step }) => [step, samples.length]), [[1, 4], [2, 4], [3, 0]])
    assert.include(log.remarks.join(), "completions_00003.parquet cannot be read as Parquet")
    const second = join(folder, "completions", "completions_00002.parquet")
    writeFileSync(second, readFileSync(second).subarray(0, 3000))
    const failed = await readTrl(folder).then(() => "read", ({ message }: Error) => message)
    assert.include(failed, `${second} cannot be read as Parquet`)
  })

  it("may log its numbers line by line, the last of them in the making", async () => {
    const rows = [{ step: 1, loss: 0.5, kl: null }, { step: 2, loss: 0.25 }]
    const folder = folderOf({ "log_history.jsonl": `${jsonLines(rows)}{"step": 3, "lo` })
    assert.deepStrictEqual(await readTrl(folder), [
      { step: 1, metrics: { loss: 0.5, kl: NaN }, samples: [] },
      { step: 2, metrics: { loss: 0.25 }, samples: [] }
    ])
  })

  it("that was taken up from a checkpoint has the numbers from then on anew", async () => {
    const rows = [1, 2, 3, 4].map((step) => ({ step, loss: step })).concat([3, 4].map((step) => ({ step, loss: -step })))
    const folder = folderOf({ "log_history.jsonl": jsonLines(rows.slice(0, 5)) })
    assert.deepStrictEqual((await readTrl(folder)).map(({ metrics }) => metrics["loss"]), [1, 2, -3])
    writeFileSync(join(folder, "log_history.jsonl"), jsonLines(rows))
    assert.deepStrictEqual((await readTrl(folder)).map(({ metrics }) => metrics["loss"]), [1, 2, -3, -4])
  })
})

describe("numbers as Python writes them", () => {
  it("are read: those that are none, and infinite ones", async () => {
    const history = "{\"log_history\": [{\"step\": 1, \"grad_norm\": NaN, \"kl\": -Infinity, \"note\": \"NaN Infinity\"}]}"
    const [step] = await readTrl(folderOf({ "trainer_state.json": history }))
    assert.deepStrictEqual(step!.metrics, { grad_norm: NaN, kl: -Infinity })
  })
})
