/** `Update.external` with real TRL on the shipped model. */
import { execFileSync } from "node:child_process"
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, describe, it } from "vitest"
import { rows, startOn } from "../integration/support.ts"
import { folder as engines, has } from "./servers.ts"

const root = mkdtempSync(join(tmpdir(), "assay-external-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const study = join(import.meta.dirname, "studies/trl.ts")
const python = join(engines, "trl/bin/python")

const folderOf = (name: string): string => {
  mkdirSync(join(root, name))
  return join(root, name)
}

// one thread, so that sums come out the same however busy the machine is
const run = (folder: string, ...options: ReadonlyArray<string>) =>
  startOn(study, { OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1", TRL_PYTHON: python }, folder, "--seeds", "1", ...options)

const finish = async (folder: string, ...options: ReadonlyArray<string>) => {
  const { code, said } = await run(folder, ...options).ended
  assert.strictEqual(code, 0, said)
}

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

const logs = (folder: string) => globSync(".assay/workspace/external/*/attempt-*/trainer.log", { cwd: folder }).sort()

describe.skipIf(!has("trl"))("TRL", () => {
  const undisturbed = join(root, "undisturbed")

  it("trains, is followed, and what it leaves is evaluated", async () => {
    await finish(folderOf("undisturbed"))
    const { metrics, rewards, samples } = training(undisturbed)
    assert.strictEqual(samples.length, 6 * 8)
    assert.strictEqual(rewards.length, 2 * samples.length)
    assert.lengthOf(curve(undisturbed, "reward"), 6)
    curve(undisturbed, "gradientNorm").forEach((norm) => assert.isAbove(norm, 0))
    // the reference is where the stage began
    assert.closeTo(curve(undisturbed, "kl")[0]!, 0, 1e-6)
    assert.isAbove(curve(undisturbed, "kl")[5]!, 1e-4)
    // TRL's own mean of the rewards that it was given is that of the samples
    const means = rows(undisturbed, `SELECT x.step, avg(total) AS mean FROM (SELECT x.stage, x.step, x.ordinal, sum(w.value) AS total FROM sample x
      JOIN sample_reward w ON w.sample = x.id GROUP BY 1, 2, 3) x ${stage} GROUP BY 1 ORDER BY 1`).map(({ mean }) => Number(mean))
    const told = readFileSync(join(undisturbed, logs(undisturbed)[0]!), "utf8").matchAll(/'reward': '([^']+)'/g)
    const said = Array.from(told, ([, value]) => Number(value))
    assert.lengthOf(said, 6)
    said.forEach((value, i) => assert.closeTo(value, means[i]!, 1e-3))
    assert.isAbove(metrics.length, 6 * 15)
    const facts = rows(undisturbed, "SELECT f.name, f.value FROM environment_fact f JOIN run r ON r.environment = f.environment")
    assert.strictEqual(facts.find(({ name }) => name === "version.trl")?.value, "1.16.0")
    const [before, after] = ["base", "detection"].map((label) =>
      rows(undisturbed, `SELECT value FROM final_metric WHERE metric = '${label}/mAP'`)[0]?.value)
    assert.isNumber(before)
    assert.isNumber(after)
    assert.notStrictEqual(before, after)
  })

  it("asks what the journal says that it asked, token by token", () => {
    const [sample] = rows(undisturbed, `SELECT x.prompt FROM sample x ${stage} LIMIT 1`)
    const [data] = globSync(".assay/workspace/external/*/data.jsonl", { cwd: undisturbed })
    const script = [
      "import json, sys",
      "from transformers import AutoProcessor",
      "from trl.data_utils import prepare_multimodal_messages",
      "row = json.loads(open(sys.argv[1]).readline())",
      "messages = prepare_multimodal_messages(row['prompt'], images=[row['image']])",
      "print(json.dumps(AutoProcessor.from_pretrained(sys.argv[2]).apply_chat_template(messages, add_generation_prompt=True)))"
    ].join("\n")
    const model = join(import.meta.dirname, "../../assets/tiny-vl")
    const said = execFileSync(python, ["-c", script, join(undisturbed, data!), model], { encoding: "utf8" })
    assert.strictEqual(JSON.parse(said.trim().split("\n").at(-1)!), sample!["prompt"])
  })

  it("killed with kill -9 in the middle, ends too, and goes on from its own checkpoint to the same weights", async () => {
    const folder = folderOf("killed")
    const first = run(folder)
    while (first.running() && stepsDone(folder) < 3) await setTimeout(20)
    first.kill()
    const { signal, said } = await first.ended
    assert.strictEqual(signal, "SIGKILL", said)
    await setTimeout(1000)
    const alive = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n").filter((line) => line.includes("train_trl.py"))
    const mine = globSync(".assay/workspace/external/*/attempt-1", { cwd: folder })
    assert.deepStrictEqual(alive.filter((line) => mine.some((path) => line.includes(path))), [])
    const done = stepsDone(folder)
    assert.isTrue(done >= 3 && done < 6, `${done} steps`)
    await finish(folder)
    assert.lengthOf(logs(folder), 2)
    assert.deepStrictEqual(training(folder), training(undisturbed))
  })

  it("that is killed itself is told, and goes on", async () => {
    const folder = folderOf("shot")
    const first = run(folder)
    while (first.running() && stepsDone(folder) < 3) await setTimeout(20)
    const shot = execFileSync("bash", ["-c", `for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = "${join(folder, globSync(".assay/workspace/external/*/attempt-1", { cwd: folder })[0]!)}" ] && kill -9 \${p#/proc/} && echo \${p#/proc/}; done; true`], { encoding: "utf8" })
    assert.match(shot, /\d/)
    const { code, said } = await first.ended
    assert.strictEqual(code, 1)
    assert.match(said, /TRL \(trl\) was ended by SIGKILL before the training was done\./)
    await finish(folder)
    assert.deepStrictEqual(training(folder), training(undisturbed))
  })

  it("that fails shows its last words", async () => {
    const { code, said } = await run(folderOf("failing"), "--set", 'external.settings={"no_such_setting": 1}').ended
    assert.strictEqual(code, 1)
    assert.match(said, /TRL \(trl\) ended with code 1 .*It said at last:\n[^]*no_such_setting/)
  })

  it("trains an adapter", async () => {
    const folder = folderOf("adapter")
    await finish(folder, "--set", 'policy.lora={"rank": 4, "alpha": 8, "targets": ["q_proj", "v_proj"]}')
    assert.lengthOf(curve(folder, "reward"), 6)
    assert.closeTo(curve(folder, "kl")[0]!, 0, 1e-6)
    assert.isAbove(curve(folder, "kl")[5]!, 0)
  })
})
