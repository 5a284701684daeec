/** Logs of verl, as its own writers wrote them, of ms-swift, and which layout a path has. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { layouts, readLog } from "../../src/logs/readLog.ts"
import { copyOf, fixture, folderOf, jsonLines, read, stepsOf } from "./support.ts"

const failureOf = (work: Promise<unknown>): Promise<string> => work.then(() => "no failure", ({ message }: Error) => message)

describe("verl", () => {
  it("has a file of completions a step, and its file logger's numbers", async () => {
    const log = await readLog([fixture("verl")])
    assert.strictEqual(log.layout.name, "verl")
    const [first, second] = await stepsOf(log)
    assert.deepStrictEqual(first!.metrics["critic/score/mean"], 0.47500001080334187)
    assert.strictEqual(second!.step, 2)
    assert.deepStrictEqual(first!.samples[1], {
      prompt: "user\nDetect all shapes.\nassistant\n",
      completion: "<think>1</think><answer>[{\"bbox_2d\": [1, 2, 30, 40], \"label\": \"red square\"}]</answer>",
      solution: "[{\"bbox_2d\": [1, 2, 30, 40], \"label\": \"red square\"}]",
      rewards: { score: 0.3499999940395355, acc: 1, format: 1 },
      total: 0.3499999940395355,
      others: { uid: "a" }
    })
    assert.deepStrictEqual(first!.samples[3]!.rewards, { score: 0.8500000238418579, acc: 1 }, "NaN is no part")
  })

  it("may have its numbers elsewhere", async () => {
    const folder = folderOf({ "rollouts/7.jsonl": jsonLines([{ input: "q", output: "a", gts: ["cat"], score: 1, step: 7 }]) })
    writeFileSync(join(folder, "run.jsonl"), jsonLines([{ step: 6, data: { "actor/lr": 0.1 } }, { step: 7, data: { "actor/lr": 0.2, "val/note": "x" } }]))
    assert.deepStrictEqual(await read(join(folder, "rollouts"), join(folder, "run.jsonl")), [
      { step: 6, metrics: { "actor/lr": 0.1 }, samples: [] },
      { step: 7, metrics: { "actor/lr": 0.2 }, samples: [{ prompt: "q", completion: "a", solution: "[\"cat\"]", rewards: { score: 1 }, total: 1, others: {} }] }
    ])
  })
})

describe("numbers alone", () => {
  it("are of the layout that has numbers in them: a step is in those of all", async () => {
    const folder = folderOf({ "metrics.jsonl": jsonLines([{ step: 3, data: { "actor/lr": 0.1 } }]) })
    const log = await readLog([join(folder, "metrics.jsonl")])
    assert.strictEqual(log.layout.name, "verl")
    assert.deepStrictEqual(await stepsOf(log), [{ step: 3, metrics: { "actor/lr": 0.1 }, samples: [] }])
  })
})

/** A line of completions.jsonl: what ms-swift logs of a step, column by column. */
const table = (step: number, rewards: ReadonlyArray<number | null>) => ({
  step: rewards.map(() => String(step)),
  prompt: rewards.map((_, i) => `question ${i}`),
  completion: rewards.map((_, i) => `answer ${i} of ${step}`),
  accuracy: rewards,
  advantages: rewards.map(() => 0.5),
  solution: rewards.map(() => "cat"),
  num_turns: rewards.map(() => 1)
})

const numbers = (step: number, of: number) => ({ loss: step / 10, reward: 0.5, "global_step/max_steps": `${step}/${of}`, elapsed_time: "3s" })

describe("ms-swift", () => {
  it("has numbers and completions of every step", async () => {
    const log = await readLog([fixture("msSwift")])
    assert.strictEqual(log.layout.name, "msSwift")
    const steps = await stepsOf(log)
    assert.deepStrictEqual(steps.map(({ metrics, samples, step }) => [step, samples.length, metrics["kl"]]), [
      [1, 4, 0], [2, 4, 0.0691973865032196], [3, 4, 0.049415308982133865]
    ])
    const { completion, prompt, ...rest } = steps[1]!.samples[0]!
    assert.include(prompt, "<|im_start|>user\n<image>Detect all shapes.<|im_end|>")
    assert.strictEqual(completion, "<think>I see eve78.</think><answer>```json\n{\"bbox_2d\": [14</answer>")
    assert.deepStrictEqual(rest, {
      solution: "[{\"bbox_2d\": [1, 2, 30, 40], \"label\": \"red square\"}]",
      rewards: { HasThink: 1, Brevity: 0.8324999809265137 },
      advantage: 0.5462704300880432,
      others: { entropy: 0.6827518343925476 }
    })
    assert.deepStrictEqual(log.remarks, [])
  })

  it("has a table a line, and numbers beside it", async () => {
    const folder = folderOf({
      "completions.jsonl": jsonLines([table(1, [1, null]), table(2, [0, 1])]),
      "logging.jsonl": jsonLines([numbers(1, 2), numbers(2, 2), { last_model_checkpoint: null, global_step: 2, log_history: [] }])
    })
    const log = await readLog([folder])
    assert.strictEqual(log.layout.name, "msSwift")
    const steps = await stepsOf(log)
    assert.deepStrictEqual(steps.map(({ metrics, step }) => [step, metrics]), [[1, { loss: 0.1, reward: 0.5 }], [2, { loss: 0.2, reward: 0.5 }]])
    assert.deepStrictEqual(steps[0]!.samples, [
      { prompt: "question 0", completion: "answer 0 of 1", solution: "cat", rewards: { accuracy: 1 }, advantage: 0.5, others: { num_turns: 1 } },
      { prompt: "question 1", completion: "answer 1 of 1", solution: "cat", rewards: {}, advantage: 0.5, others: { num_turns: 1 } }
    ])
  })

  it("logs its last table again when it ends, which is no further step", async () => {
    const folder = folderOf({ "completions.jsonl": jsonLines([table(1, [1, 0]), table(1, [1, 0])]) })
    assert.deepStrictEqual((await read(folder)).map(({ samples }) => samples.length), [2])
  })

  it("that was taken up again from a checkpoint has the steps from then on anew", async () => {
    const folder = folderOf({ "completions.jsonl": jsonLines([table(1, [1]), table(2, [0]), table(3, [0]), table(2, [1])]) })
    assert.deepStrictEqual((await read(folder)).map(({ samples, step }) => [step, samples[0]!.rewards]), [[1, { accuracy: 1 }], [2, { accuracy: 1 }]])
  })

  it("has a line a completion from its Ray trainer", async () => {
    const rows = [[0, "a"], [0, "b"], [1, "c"]].map(([step, text]) => ({ gen_step: step, prompt: "q", completion: text, reward: 0.5 }))
    const steps = await read(folderOf({ "completions.jsonl": jsonLines(rows) }))
    assert.deepStrictEqual(steps.map(({ samples, step }) => [step, samples.map(({ completion, rewards, total }) => [completion, rewards, total])]), [
      [0, [["a", { reward: 0.5 }, 0.5], ["b", { reward: 0.5 }, 0.5]]],
      [1, [["c", { reward: 0.5 }, 0.5]]]
    ])
  })

  it("leaves out a line that is being written, and refuses any other that is broken", async () => {
    const folder = folderOf({ "completions.jsonl": `${jsonLines([table(1, [1])])}{"step": ["2"], "comp` })
    const log = await readLog([folder])
    assert.deepStrictEqual((await stepsOf(log)).map(({ step }) => step), [1])
    assert.include(log.remarks.join(), "line 2 is not JSON")
    writeFileSync(join(folder, "completions.jsonl"), `{"step": ["2"], "comp\n${jsonLines([table(1, [1])])}`)
    assert.include(await failureOf(read(folder)), "completions.jsonl: line 1 is not JSON")
  })
})

describe("which layout", () => {
  it("is TRL's of a state alone, which every trainer of Transformers saves", async () => {
    const folder = copyOf("trl")
    rmSync(join(folder, "completions"), { recursive: true })
    for (const path of [folder, join(folder, "checkpoint-3", "trainer_state.json")]) {
      const log = await readLog([path])
      assert.deepStrictEqual([log.layout.name, log.size], ["trl", 3])
    }
  })

  it("is told by a folder's names or a file's columns, and can be named", async () => {
    const folder = folderOf({ "mine.jsonl": jsonLines([table(3, [1])]) })
    assert.strictEqual((await readLog([join(folder, "mine.jsonl")])).layout.name, "msSwift")
    const trl = layouts.filter(({ name }) => name === "trl")
    const log = await readLog([join(folder, "mine.jsonl")], trl)
    assert.strictEqual(log.layout.name, "trl")
    assert.deepStrictEqual((await stepsOf(log))[0]!.samples[0]!.rewards, { accuracy: 1 })
  })

  it("says what is missing where there is none", async () => {
    const folder = folderOf({ "a.jsonl": jsonLines([{ question: "q", answer: "a" }]), "b.txt": "", "c.jsonl": jsonLines([{ step: -1, prompt: "q", completion: "a" }]) })
    assert.include(await failureOf(readLog([join(folder, "a.jsonl")])), "it has the columns question, answer. Known: msSwift (step, prompt, completion)")
    assert.include(await failureOf(readLog([join(folder, "b.txt")])), "b.txt has no rows")
    assert.include(await failureOf(readLog([join(folder, "c.jsonl")])), "line 1 has no step, a whole number, in \"step\"")
    assert.include(await failureOf(readLog([join(folder, "none")])), "cannot be read")
    assert.include(await failureOf(readLog([folderOf()])), "has no logs of msSwift or trl or verl in it")
    const odd = folderOf({ "1.jsonl": jsonLines([{ input: "q", output: "a", step: 1 }, { input: "q", output: 7, step: 1 }]) })
    assert.include(await failureOf(read(odd)), "answer 1 of the step that begins in line 1 has no text and no messages in \"output\" (its columns are input, output, step)")
  })

  it("is one for all that is imported together", async () => {
    assert.include(await failureOf(readLog([fixture("trl"), fixture("verl")])), "are logs of trl and verl. Import each by itself.")
    const twice = copyOf("trl")
    assert.include(await failureOf(readLog([fixture("trl"), twice])), "both have the step 1. Import the logs of one training at a time.")
  })
})
