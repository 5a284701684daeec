/** Studies on a server, from plan to show: what it cannot do is said before anything runs, and what it can is recorded. */
import Database from "better-sqlite3"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, assert, describe, it } from "vitest"
import { type Answer, serve, transformers, vllm, vllmSelf } from "../policy/openai/dialects.ts"
import { assay, temporary } from "./support.ts"

const study = fileURLToPath(new URL("../integration/studies/asked.ts", import.meta.url))
const { folder, remove } = temporary()
afterAll(remove)
afterAll(() => delete process.env["ASSAY_TEST_URL"])

const closing: Array<() => Promise<void>> = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

/** Serves what the study asks; it reads the url from the environment. */
const serving = async (answer: Answer, self?: { readonly [path: string]: unknown }) => {
  const served = await serve(answer, self)
  closing.push(served.close)
  process.env["ASSAY_TEST_URL"] = served.url
  return served
}

describe("a study on a server", () => {
  it("that does not take what is wanted is refused by run and by plan, before anything runs", async () => {
    const served = await serving(transformers)
    const refusal = /asked loop\.sample\.topK=5, asked: http:\/\/127\.0\.0\.1:\d+\/v1 does not take top_k, and by the stage "sample" topK 5 is wanted/
    for (const command of ["run", "plan"]) {
      const { code, err } = await assay(folder, command, study, "--set", "sample.topK=5", "--db", "refused.db")
      assert.strictEqual(code, 3, err)
      assert.match(err, refusal)
    }
    assert.strictEqual(served.asked.filter(({ messages }) => typeof messages[0]!.content !== "string").length, 0)
    const runs = new Database(join(folder, "refused.db"), { readonly: true }).prepare("SELECT count(*) FROM run").pluck().get()
    assert.strictEqual(runs, 0)
  })

  it("that is not there is planned, and that is said", async () => {
    const { close } = await serving(vllm)
    await close()
    const { code, err, out } = await assay(folder, "plan", study, "--db", "none.db")
    assert.strictEqual(code, 0, err)
    assert.match(out, /policies\n\s+asked\s+now: http:.* cannot be reached \(.*\)\. Start it, or correct the url\./)
    const { policies } = JSON.parse((await assay(folder, "plan", study, "--json", "--db", "none.db")).out)
    assert.match(policies[0].problem, /cannot be reached/)
    assert.isFalse(existsSync(join(folder, "none.db")))
  })

  it("asks it once what it can do, however many runs there are, and records that with each", { tags: ["long"] }, async () => {
    const served = await serving(vllm, vllmSelf)
    const { code, err } = await assay(folder, "run", study, "--seeds", "2", "--jobs", "2")
    assert.strictEqual(code, 0, err)
    // twice with a seed, and with two seeds where only the likeliest token may be drawn
    assert.strictEqual(served.asked.filter(({ messages }) => typeof messages[0]!.content === "string").length, 4)
    const database = new Database(join(folder, "runs.db"), { readonly: true })
    const facts = database.prepare(`
      SELECT DISTINCT f.name, f.value FROM run r JOIN environment_fact f ON f.environment = r.environment
      WHERE r.status = 'done' AND f.name LIKE 'server.%' ORDER BY f.name`).raw().all()
    database.close()
    assert.deepInclude(Object.fromEntries(facts as Array<[string, unknown]>), { "server.software": "vllm 0.32.0", "server.logprobs": 1 })
    const asked = served.asked.length
    assert.strictEqual((await assay(folder, "run", study, "--seeds", "2")).code, 0)
    assert.strictEqual(served.asked.length, asked, "what is finished needs no server")
    const { out } = await assay(folder, "show", "1")
    assert.match(out, /server\.software\s+vllm 0\.32\.0/)
    assert.match((await assay(folder, "plan", study, "--set", "detection.maxTokens=20")).out, /policies\n\s+asked\S*\s+server\.url http.*server\.continuousBatching 1/)
  })
})
