/**
 * Behaves as a trainer does, with a number for a model: `node fakeTrainer.ts [WORD...] SCRIPT` stands in for a Python. It reads what
 * the stage wrote into its folder, says three answers of a group of four right where the number is even, and adds what it earned.
 *
 * Words make it misbehave, those with a step only where it did not go on from a checkpoint: `fails=2` and `hangs=2` after that many
 * steps, `nan=1` tells such a loss, `stranger` asks about a row that is not there, `lacks` ends as Python without TRL, `early` says
 * that all is well after one step.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"

const words = process.argv.slice(2, -1)
const own = dirname(process.argv.at(-1)!)
const read = (name: string) => JSON.parse(readFileSync(name, "utf8"))
const [stage, config] = [read(join(own, "stage.json")), read(join(own, "config.json"))]
const at = (word: string): number => {
  const found = words.find((one) => one.startsWith(`${word}=`))
  return found === undefined || stage.resume !== null ? NaN : Number(found.slice(word.length + 1))
}

if (words.includes("lacks")) {
  console.error("Traceback (most recent call last):\nModuleNotFoundError: No module named 'trl'")
  process.exit(1)
}
writeFileSync(join(own, "pid"), String(process.pid))
if (stage.watch) process.stdin.on("end", () => process.exit(1)).resume()

const post = async (path: string, body: unknown): Promise<{ readonly rewards: ReadonlyArray<number> }> => {
  const headers = { "content-type": "application/json", authorization: `Bearer ${stage.token}` }
  const response = await fetch(`${stage.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`refused: ${await response.text()}`)
  return response.json() as never
}

const rows: ReadonlyArray<{ readonly row: number }> = readFileSync(stage.data, "utf8").trim().split("\n").map((line) => JSON.parse(line))
const each = config.num_generations
const batch = stage.completions / each
const from = stage.resume ?? stage.model
let weight = Number(readFileSync(join(from, "weight.txt"), "utf8"))
let done = stage.resume === null ? 0 : read(join(from, "trainer_state.json")).global_step

await post("/begin", { facts: { "version.fake": "1.2.3", "fake.via": process.env["VIA"] ?? "" } })
for (; done < config.max_steps; done++) {
  if (done === at("hangs")) await setTimeout(3_600_000)
  if (done === at("fails")) {
    console.error(`step ${done}: out of memory\nno more words`)
    process.exit(7)
  }
  const asked = rows.slice(done * batch, (done + 1) * batch).flatMap(({ row }) => Array.from({ length: each }, () => words.includes("stranger") ? -1 : row))
  const completions = asked.map((_, i) => i % each === 3 && weight % 2 === 0 ? "wrong" : "<think>well</think><answer>yes</answer>")
  const { rewards } = await post("/score", {
    step: done,
    rank: 0,
    call: done,
    rows: asked,
    completions,
    tokens: completions.map((text) => [...text].map((_, i) => i)),
    stopped: completions.map((text) => text !== "wrong")
  })
  weight += rewards.reduce((sum, reward) => sum + reward, 0)
  const saves = (done + 1) % config.save_steps === 0 || done + 1 === config.max_steps
  const folder = join(config.output_dir, `checkpoint-${done + 1}`)
  if (saves) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "weight.txt"), String(weight))
    writeFileSync(join(folder, "trainer_state.json"), JSON.stringify({ global_step: done + 1 }))
  }
  const loss = done === at("nan") ? null : weight / 10
  await post("/step", { step: done, metrics: { loss, grad_norm: 1, epoch: 1, reward: 5, step_time: 0.25 }, saved: saves ? folder : null })
  if (words.includes("early")) process.exit(0)
}
process.exit(0)
