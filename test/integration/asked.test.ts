/** A study on a server, killed while it asks: what was answered is not asked again. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, assert, describe, it } from "vitest"
import { type Served, serve, vllm } from "../policy/openai/dialects.ts"
import { rows, startOn } from "./support.ts"

const root = mkdtempSync(join(tmpdir(), "assay-asked-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let served: Served
afterEach(() => served.close())

const study = fileURLToPath(new URL("studies/asked.ts", import.meta.url))

/** A server that answers questions about pictures until it has answered `most`, and says which; others it leaves waiting. */
const answering = async () => {
  const state = { most: Infinity, answered: [] as Array<string> }
  served = await serve((request, response, count) => {
    if (typeof request.messages[0]!.content === "string") return vllm(request, response, count)
    if (state.answered.length >= state.most) return
    state.answered.push(JSON.stringify(request))
    return vllm(request, response, count)
  })
  return state
}

const kept = (folder: string): number => Number(rows(folder, "SELECT count(*) AS n FROM answer")[0]?.n ?? 0)

const steps = (folder: string): number => Number(rows(folder, "SELECT count(DISTINCT step) AS n FROM completion WHERE scope = '' AND stage IN (SELECT id FROM stage WHERE kind = 'loop')")[0]?.n ?? 0)

describe("a study that is killed while it asks a server", () => {
  // 6 questions a step, each answered with its whole group, with a checkpoint after the second and the third; then 12 to evaluate
  const all = 3 * 6 + 12

  it.each([
    ["in a step after one without a checkpoint", 9, 9, 1],
    ["in its evaluation", 23, 5, 3]
  ])("%s asks for the rest alone", { tags: ["long"] }, async (name, most, waiting, done) => {
    const folder = mkdtempSync(join(root, "run-"))
    const state = await answering()
    state.most = most
    const env = { ASSAY_TEST_URL: served.url }
    const run = startOn(study, env, folder)
    while (run.running() && !(kept(folder) === waiting && state.answered.length === most)) await setTimeout(20)
    assert.strictEqual(steps(folder), done, name)
    run.kill()
    assert.strictEqual((await run.ended).signal, "SIGKILL")
    state.most = Infinity
    const { code, said } = await startOn(study, env, folder).ended
    assert.strictEqual(code, 0, said)
    assert.strictEqual(new Set(state.answered).size, all)
    assert.strictEqual(state.answered.length, all, "nothing was answered twice")
    assert.deepStrictEqual(rows(folder, "SELECT count(*) AS n FROM completion"), [{ n: 3 * 6 * 2 + 12 }])
    assert.deepStrictEqual([kept(folder), steps(folder)], [0, 3])
  })
})
