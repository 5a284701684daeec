/** The stage that hands training to another program, beside one that behaves as a trainer. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll } from "vitest"
import { Memory, planStudy, runStudy } from "../../src/testing.ts"
import { idle, numberPolicy } from "./numberPolicy.ts"

const root = mkdtempSync(join(tmpdir(), "assay-external-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const fake = (...words: ReadonlyArray<string>): [string, ...Array<string>] => [process.execPath, join(import.meta.dirname, "fakeTrainer.ts"), ...words]

type Settings = Parameters<typeof Update.external>[0]

const base = { trainer: "trl", steps: 5, batch: 2, groupSize: 4, maxTokens: 60, learningRate: 0.1, checkpointEvery: 2 } as const

/** A loop in its place. */
const loop = Pipeline.loop(
  { steps: 5, batch: 2, checkpointEvery: 2 },
  Rollout.sample({ groupSize: 4, maxTokens: 60 }),
  Reward.score(Reward.format()),
  idle({})
)

const elsewhere = (settings: Partial<Settings> = {}) => Update.external({ ...base, python: fake(), ...settings }, Reward.format())

const study = (trains: ReturnType<typeof elsewhere> | typeof loop) =>
  Experiment.make("elsewhere", {
    question: "Does it train?",
    policy: numberPolicy({}),
    seeds: 1,
    pipeline: () =>
      Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 3 })).pipe(
        Prompt.template(Prompt.standard),
        trains
      ),
    table: { metrics: ["reward"] }
  })

const run = (memory: Memory, settings: Partial<Settings> = {}) => Effect.map(runStudy(memory, study(elsewhere(settings))), ([result]) => result!)

const memoryOf = (name: string) => new Memory(join(root, name))

/** What the journal holds of the training, and the number that came out. */
const kept = (memory: Memory) => {
  const { facts, result, steps } = memory.stage("external")
  return {
    facts,
    // pictures lie in the memory's own folder
    steps: steps.map(({ metrics, samples, step }) => ({ step, metrics, samples: samples.map((sample) => ({ ...sample, details: {} })) })),
    weight: result?.subject === undefined ? undefined : readFileSync(memory.pathOf(result.subject), "utf8")
  }
}

const metricsOf = (memory: Memory, step: number) =>
  Object.fromEntries(memory.stage("external").steps[step]!.metrics.map(({ name, value }) => [name, value]))

const filesIn = (memory: Memory, pattern: string) => globSync(`external/*/${pattern}`, { cwd: memory.folder }).sort()

const undisturbed = memoryOf("undisturbed")

describe("a training by another program", () => {
  it.live("is followed step by step, and what it leaves is the policy", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run(undisturbed)).status, "done")
      const { facts, steps, weight } = kept(undisturbed)
      assert.deepStrictEqual(steps.map(({ step }) => step), [0, 1, 2, 3, 4])
      // two groups of four, of which three each are in the right format: 0 + 6 + 6 ...
      assert.strictEqual(weight, "30")
      assert.deepStrictEqual(facts, { "version.fake": "1.2.3", "fake.via": "" })
      const { completionLength, ...first } = metricsOf(undisturbed, 0)
      assert.closeTo(completionLength!, (3 * 39 + 5) / 4, 1e-12)
      assert.deepInclude(first, { reward: 0.75, "reward/format": 0.75, formatRate: 0.75, rewardErrors: 0, truncated: 0.25, loss: 0.6, gradientNorm: 1, step_time: 0.25 })
      assert.notProperty(first, "epoch")
      assert.deepStrictEqual(steps.map(({ samples }) => samples.length), [8, 8, 8, 8, 8])
      const [sample] = steps[0]!.samples
      assert.deepInclude(sample, { ordinal: 0, completion: "<think>well</think><answer>yes</answer>", tokenCount: 39, finishReason: "stop", rewards: [{ part: "format", value: 1 }] })
      assert.include(sample!.prompt, "Output the thinking process")
    }))

  it.live("asks what a loop of the same seed asks, step by step", () =>
    Effect.gen(function*() {
      const memory = memoryOf("loop")
      const [result] = yield* runStudy(memory, study(loop))
      assert.strictEqual(result!.status, "done")
      const asked = (stage: string, from: Memory) =>
        from.stage(stage).steps.map(({ samples }) => samples.map(({ example, ordinal, prompt }) => ({ example, ordinal, prompt })))
      assert.deepStrictEqual(asked("external", undisturbed), asked("loop", memory))
    }))

  it.live("leaves config, data and log behind, and no copies of the model", () =>
    Effect.sync(() => {
      const names = ["assay_stage.py", "config.json", "pid", "run.sh", "stage.json", "train_trl.py", "trainer.log"]
      assert.deepStrictEqual(filesIn(undisturbed, "attempt-1/*").map((file) => file.split("/").at(-1)), names)
      assert.lengthOf(filesIn(undisturbed, "data.jsonl"), 1)
      assert.lengthOf(filesIn(undisturbed, "*").filter((file) => file.endsWith("model")), 0)
    }))

  it.live("is not done again", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* run(undisturbed, { python: ["nowhere"], host: "elsewhere", folder: "there" })).status, "done")
      assert.lengthOf(filesIn(undisturbed, "attempt-*"), 1)
    }))

  it.live("may be started by words that are paths from where Assay was started, also where the shell begins elsewhere", () =>
    Effect.gen(function*() {
      const memory = memoryOf("relative")
      symlinkSync(process.execPath, join(root, "python"))
      const [python, script] = [join(root, "python"), join(import.meta.dirname, "fakeTrainer.ts")].map((path) => relative(process.cwd(), path))
      const { status } = yield* run(memory, { python: [python!, script!], command: ["bash", "-c", "cd / && exec bash \"$0\""] })
      assert.strictEqual(status, "done")
      assert.deepStrictEqual(kept(memory).weight, kept(undisturbed).weight)
    }), 60_000)

  it.live("may be started by a command that the study names", () =>
    Effect.gen(function*() {
      const memory = memoryOf("command")
      assert.strictEqual((yield* run(memory, { command: ["env", "VIA=a queue", "bash"], folder: join(root, "named") })).status, "done")
      assert.strictEqual(kept(memory).facts?.["fake.via"], "a queue")
      assert.lengthOf(globSync(join(root, "named/*/attempt-1/run.sh")), 1)
    }))
})

describe("a training that is cut off", () => {
  it.live("by its own failure: shows its last words, and goes on from its checkpoint to the same end", () =>
    Effect.gen(function*() {
      const memory = memoryOf("fails")
      const failed = yield* run(memory, { python: fake("fails=3") })
      assert.strictEqual(failed.status, "failed")
      assert.match(failed.error!, /^TRL \(trl\) ended with code 7 .*run again.* All that it said is in \/.*trainer\.log\. It said at last:\nstep 3: out of memory\nno more words$/s)
      assert.strictEqual(failed.exitCode, 1)
      assert.deepStrictEqual(kept(memory).steps.map(({ step }) => step), [0, 1, 2])
      assert.strictEqual((yield* run(memory, { python: fake("fails=3") })).status, "done")
      assert.deepStrictEqual(kept(memory), kept(undisturbed))
      assert.match(JSON.parse(readFileSync(join(memory.folder, filesIn(memory, "attempt-2/stage.json")[0]!), "utf8")).resume, /checkpoint-2$/)
    }))

  it.live("by us: the trainer ends with it, and the next run goes on", () =>
    Effect.gen(function*() {
      const memory = memoryOf("stopped")
      const fiber = yield* Effect.forkChild(run(memory, { python: fake("hangs=3") }))
      while (memory.stages.length < 3 || memory.stage("external").steps.length < 3) yield* Effect.promise(() => setTimeout(20))
      const pid = Number(readFileSync(join(memory.folder, filesIn(memory, "attempt-1/pid")[0]!), "utf8"))
      assert.isTrue(existsSync(`/proc/${pid}`) || process.platform !== "linux")
      yield* Fiber.interrupt(fiber)
      assert.throws(() => process.kill(pid, 0), "ESRCH")
      assert.strictEqual((yield* run(memory)).status, "done")
      assert.deepStrictEqual(kept(memory), kept(undisturbed))
    }))

  it.live("after its last step: nothing is trained again", () =>
    Effect.gen(function*() {
      const memory = memoryOf("late")
      memory.onCommit = (_, step) => step === 4 ? Effect.die("killed") : Effect.void
      assert.strictEqual((yield* run(memory)).status, "failed")
      memory.onCommit = () => Effect.void
      assert.strictEqual((yield* run(memory)).status, "done")
      assert.deepStrictEqual(kept(memory), kept(undisturbed))
      assert.lengthOf(filesIn(memory, "attempt-*"), 1)
    }))

  it.live("whose checkpoints are gone: starts anew", () =>
    Effect.gen(function*() {
      const memory = memoryOf("gone")
      yield* run(memory, { python: fake("fails=3") })
      rmSync(join(memory.folder, "external"), { recursive: true })
      assert.strictEqual((yield* run(memory)).status, "done")
      assert.deepStrictEqual(kept(memory), kept(undisturbed))
    }))
})

describe("a trainer that cannot be used", () => {
  const refused = (name: string, settings: Partial<Settings>, pattern: RegExp, exitCode: number) =>
    it.live(name, () =>
      Effect.gen(function*() {
        const result = yield* run(memoryOf(name), settings)
        assert.strictEqual(result.status, "failed")
        assert.match(result.error!, pattern)
        assert.strictEqual(result.exitCode, exitCode)
      }))

  refused("is not there", { python: ["/nowhere/python"] }, /Name in `python` a Python that has TRL \(`pip install trl peft`\); here it is \/nowhere\/python/, 3)
  refused("lacks its packages", { python: fake("lacks") }, /Install what is missing \(`pip install trl peft`\)[^]*No module named 'trl'/, 3)
  refused("has a command that is not there", { command: ["no-such-queue"] }, /could not be started \(.*ENOENT.* Name another `command`; here it is no-such-queue/, 3)
  refused("asks about rows that it was not given", { python: fake("stranger") }, /asked about row -1; its data has 10/, 1)
  refused("ends early, and says that all is well", { python: fake("early") }, /ended before the training was done/, 1)
  refused("leaves the finite numbers", { python: fake("nan=1") }, /Training diverged: loss is NaN at step 1/, 1)
})

describe("its config", () => {
  const hashes = (settings: Partial<Settings>) =>
    Effect.map(planStudy(memoryOf("plan"), study(elsewhere(settings))), ({ runs }) => runs[0]!.stages.at(-1)!.fingerprint)

  it.effect("is part of the fingerprint, but for where and by what it is started", () =>
    Effect.gen(function*() {
      const own = yield* hashes({})
      assert.strictEqual(yield* hashes({ python: ["other"], command: ["sbatch", "--wait"], host: "node1", folder: "/scratch" }), own)
      for (const other of [{ learningRate: 0.2 }, { settings: { use_vllm: true } }, { method: "dapo" }] as const) {
        assert.notStrictEqual(yield* hashes(other), own)
      }
    }))

  it("does not go against itself", () => {
    assert.throws(() => Update.external({ ...base, microBatch: 3 }, Reward.format()), /microBatch: 3 does not divide the 8 completions of a step/)
    assert.throws(() => Update.external({ ...base, settings: { learning_rate: 1 } }, Reward.format()), /settings\.learning_rate: the stage sets it/)
    assert.throws(() => Update.external({ ...base, groupSize: 1 }, Reward.format()), /groupSize/)
  })
})
