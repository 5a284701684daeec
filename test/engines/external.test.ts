/** `Update.external` with real trainers on the shipped model. */
import { execFileSync } from "node:child_process"
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, describe, it } from "vitest"
import { rows, startOn } from "../integration/support.ts"
import { folder as engines, has } from "./servers.ts"

const root = mkdtempSync(join(tmpdir(), "assay-external-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const study = join(import.meta.dirname, "studies/elsewhere.ts")

/** Trainers: as studies call them, as people do, the environment and the package that they stand in, its version, and whether they take long. */
const trainers = [
  { name: "trl", title: "TRL", environment: "trl", version: ["trl", "1.16.0"], tags: [] },
  { name: "ms-swift", title: "ms-swift", environment: "swift", version: ["ms-swift", "4.6.0"], tags: ["long"] }
] as const

const pythonOf = (environment: string) => join(engines, environment, "bin/python")

const stage = "JOIN stage s ON s.id = x.stage WHERE s.name = 'external'"

/** What the training said and did, but for how long it took. */
const training = (folder: string) => ({
  metrics: rows(folder, `SELECT k.name, x.step, x.value FROM metric x JOIN metric_key k ON k.id = x.key ${stage} AND k.name <> 'step_time' ORDER BY 1, 2`),
  samples: rows(folder, `SELECT x.step, x.ordinal, x.example, x.completion, x.token_count, x.finish_reason FROM sample x ${stage} ORDER BY 1, 2`),
  rewards: rows(folder, `SELECT x.step, x.ordinal, w.part, w.value FROM sample x JOIN sample_reward w ON w.sample = x.id ${stage} ORDER BY 1, 2, 3`),
  weights: rows(folder, "SELECT subject FROM stage WHERE name = 'external'")
})

const curve = (folder: string, metric: string): ReadonlyArray<number> =>
  rows(folder, `SELECT x.value FROM metric x JOIN metric_key k ON k.id = x.key ${stage} AND k.name = '${metric}' ORDER BY x.step`).map(({ value }) => Number(value))

const stepsDone = (folder: string): number => curve(folder, "loss").length

const attempts = (folder: string, file = "") =>
  globSync(`.assay/workspace/external/*/attempt-*/${file}`, { cwd: folder }).sort().map((path) => join(folder, path))

/** Ids of the processes whose script lies in a folder. */
const processesIn = (folder: string): ReadonlyArray<number> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${realpathSync(folder)}/`)
    } catch {
      return false
    }
  }).map(Number)

/** Means of the whole reward, step by step, of the samples that are stored. */
const means = (folder: string): ReadonlyArray<number> =>
  rows(folder, `SELECT x.step, avg(total) AS mean FROM (SELECT x.stage, x.step, x.ordinal, sum(w.value) AS total FROM sample x
    JOIN sample_reward w ON w.sample = x.id GROUP BY 1, 2, 3) x ${stage} GROUP BY 1 ORDER BY 1`).map(({ mean }) => Number(mean))

const folderOf = (name: string, what: string): string => {
  mkdirSync(join(root, name, what), { recursive: true })
  return join(root, name, what)
}

const untilStep = async (folder: string, step: number, { running }: ReturnType<typeof startOn>) => {
  while (running() && stepsDone(folder) < step) await setTimeout(20)
}

/** Runs of the study by one trainer, as `startOn`; `finish` waits for one that is to end well. */
const runsBy = ({ environment, name }: (typeof trainers)[number]) => {
  // one thread, so that sums come out the same however busy the machine is
  const env = { TRAINER: name, TRAINER_PYTHON: pythonOf(environment), HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" }
  const run = (folder: string, ...options: ReadonlyArray<string>) => startOn(study, env, folder, ...options)
  const finish = async (folder: string, ...options: ReadonlyArray<string>) => {
    const { code, said } = await run(folder, ...options).ended
    assert.strictEqual(code, 0, said)
    return folder
  }
  return { run, finish }
}

const undisturbedOnes = new Map<string, Promise<string>>()

/** The folder in which a trainer trained undisturbed, which it does when this is first asked for: any test can be run alone. */
const undisturbedBy = (trainer: (typeof trainers)[number]): Promise<string> => {
  const found = undisturbedOnes.get(trainer.name) ?? runsBy(trainer).finish(folderOf(trainer.name, "undisturbed"))
  undisturbedOnes.set(trainer.name, found)
  return found
}

const [trl, swift] = trainers

for (const trainer of trainers) {
  const { environment, name, tags, title, version } = trainer
  describe.skipIf(!has(environment))(title, { tags: [...tags] }, () => {
    const { finish, run } = runsBy(trainer)

    it("trains, is followed, and what it leaves is evaluated", async () => {
      const undisturbed = await undisturbedBy(trainer)
      const { metrics, rewards, samples } = training(undisturbed)
      assert.strictEqual(samples.length, 6 * 8)
      assert.strictEqual(rewards.length, 2 * samples.length)
      assert.lengthOf(curve(undisturbed, "reward"), 6)
      assert.isAbove(metrics.length, 6 * 15)
      curve(undisturbed, "gradientNorm").forEach((norm) => assert.isAbove(norm, 0))
      // the reference is where the stage began
      assert.closeTo(curve(undisturbed, "kl")[0]!, 0, 1e-6)
      assert.isAbove(curve(undisturbed, "kl")[5]!, 1e-4)
      // its own mean of the rewards that it was given is that of the samples
      const told = readFileSync(attempts(undisturbed, "trainer.log")[0]!, "utf8").matchAll(/'reward': '([^']+)'/g)
      const said = Array.from(told, ([, value]) => Number(value))
      assert.lengthOf(said, 6)
      said.forEach((value, i) => assert.closeTo(value, means(undisturbed)[i]!, 1e-3))
      const facts = rows(undisturbed, "SELECT f.name, f.value FROM environment_fact f JOIN run r ON r.environment = f.environment")
      assert.strictEqual(facts.find((fact) => fact.name === `version.${version[0]}`)?.value, version[1])
      const [before, after] = ["base", "detection"].map((label) =>
        rows(undisturbed, `SELECT value FROM final_metric WHERE metric = '${label}/mAP'`)[0]?.value)
      assert.isNumber(before)
      assert.isNumber(after)
      assert.notStrictEqual(before, after)
    })

    it("killed with kill -9 in the middle, its process too is gone, and goes on from its own checkpoint to the same weights", { tags: ["long"] }, async () => {
      const folder = folderOf(name, "killed")
      const first = run(folder)
      await untilStep(folder, 3, first)
      first.kill()
      const { said, signal } = await first.ended
      assert.strictEqual(signal, "SIGKILL", said)
      for (let waited = 0; waited < 50 && processesIn(attempts(folder)[0]!).length > 0; waited++) await setTimeout(100)
      assert.deepStrictEqual(processesIn(attempts(folder)[0]!), [])
      const done = stepsDone(folder)
      assert.isTrue(done >= 3 && done < 6, `${done} steps`)
      await finish(folder)
      assert.lengthOf(attempts(folder), 2)
      assert.deepStrictEqual(training(folder), training(await undisturbedBy(trainer)))
    })

    it("killed itself: this is said, and it goes on", { tags: ["long"] }, async () => {
      const folder = folderOf(name, "shot")
      const first = run(folder)
      await untilStep(folder, 3, first)
      for (const pid of processesIn(attempts(folder)[0]!)) process.kill(pid, "SIGKILL")
      const { code, said } = await first.ended
      assert.strictEqual(code, 1)
      assert.include(said, `${title} (${name}) was ended by SIGKILL before the training was done.`)
      await finish(folder)
      assert.deepStrictEqual(training(folder), training(await undisturbedBy(trainer)))
    })

    it("that fails shows its last words", { tags: ["long"] }, async () => {
      const { code, said } = await run(folderOf(name, "failing"), "--set", 'loop.settings={"no_such_setting": 1}').ended
      assert.strictEqual(code, 1)
      assert.match(said, /ended with code 1 .*It said at last:\n[^]*no_such_setting/)
    })

    it("trains without pictures where the template hides them", { tags: ["long"] }, async () => {
      const folder = folderOf(name, "blind")
      await finish(folder, "--set", "template.image=hidden")
      assert.lengthOf(curve(folder, "reward"), 6)
      const [sample] = rows(folder, `SELECT x.prompt FROM sample x ${stage} LIMIT 1`)
      assert.notInclude(String(sample!["prompt"]), "<|image_pad|>")
    })

    it("trains an adapter", { tags: ["long"] }, async () => {
      const folder = folderOf(name, "adapter")
      await finish(folder, "--set", 'policy.lora={"rank": 4, "alpha": 8, "targets": ["q_proj", "v_proj"]}')
      assert.lengthOf(curve(folder, "reward"), 6)
      assert.closeTo(curve(folder, "kl")[0]!, 0, 1e-6)
      assert.isAbove(curve(folder, "kl")[5]!, 0)
    })
  })
}

describe.skipIf(!has("trl"))("TRL", () => {
  it("asks what the journal says that it asked, to the character", async () => {
    const folder = await undisturbedBy(trl)
    const [sample] = rows(folder, `SELECT x.prompt FROM sample x ${stage} LIMIT 1`)
    const [data] = globSync(".assay/workspace/external/*/data.jsonl", { cwd: folder })
    const script = [
      "import json, sys",
      "from transformers import AutoProcessor",
      "from trl.data_utils import prepare_multimodal_messages",
      "row = json.loads(open(sys.argv[1]).readline())",
      "messages = prepare_multimodal_messages(row['prompt'], images=row['images'])",
      "print(json.dumps(AutoProcessor.from_pretrained(sys.argv[2]).apply_chat_template(messages, add_generation_prompt=True)))"
    ].join("\n")
    const model = join(import.meta.dirname, "../../assets/tiny-vl")
    const said = execFileSync(pythonOf("trl"), ["-c", script, join(folder, data!), model], { encoding: "utf8" })
    assert.strictEqual(JSON.parse(said.trim().split("\n").at(-1)!), sample!["prompt"])
  })

  it.skipIf(!has("swift"))("says what ms-swift says in the first step, which has the same prompts, weights and random numbers", { tags: ["long"] }, async () => {
    const first = async (trainer: (typeof trainers)[number]) => training(await undisturbedBy(trainer)).samples.filter(({ step }) => step === 0)
    assert.deepStrictEqual(await first(swift), await first(trl))
  })
})
