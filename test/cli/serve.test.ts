/** `assay serve`, as a process. */
// @module-tag long
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { assay, serving, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const own = (score: string) => `
import { Reward } from ${JSON.stringify(join(import.meta.dirname, "../../src/index.ts"))}
import * as Schema from "effect/Schema"
export const brevity = Reward.define({ name: "brevity", module: import.meta.url, config: Schema.Struct({}), score: ${score} })
`

const serve = (...args: ReadonlyArray<string>) => serving(folder, "rewards", ...args)

const post = (url: string, body: unknown): Promise<unknown> => fetch(url, { method: "POST", body: JSON.stringify(body) }).then((response) => response.json())

const row = { completions: ["a b c"], solutions: ["None"] }

describe("assay serve rewards", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("serves rewards, one's own too, until %s comes, and exits with 0", async (signal) => {
    writeFileSync(join(folder, "mine.ts"), own("(_, { completion }) => completion.length"))
    const server = await serve("--rewards", "./mine.ts#brevity")
    assert.deepStrictEqual(await post(`${server.url}/score`, row), { parts: { brevity: [5] }, totals: [5], errors: [] })
    assert.deepStrictEqual(await post(`${server.url}/score?rewards=brevity,format`, row), { parts: { brevity: [5], format: [0] }, totals: [5], errors: [] })
    server.process.kill(signal)
    assert.deepStrictEqual(await server.ended, { code: 0, out: "", err: `assay: rewards on ${server.url}\n` })
  })

  it("ends what is under way when it is stopped, and takes no more", async () => {
    writeFileSync(join(folder, "slow.ts"), own("() => { const end = Date.now() + 10; while (Date.now() < end); return 1 }"))
    const server = await serve("--rewards", "./slow.ts#brevity")
    const many = Array.from({ length: 150 }, () => "a")
    const answer = post(`${server.url}/score`, { completions: many, solutions: many })
    await new Promise((resolve) => setTimeout(resolve, 300))
    server.process.kill("SIGTERM")
    assert.deepStrictEqual(await answer, { parts: { brevity: many.map(() => 1) }, totals: many.map(() => 1), errors: [] })
    assert.strictEqual((await server.ended).code, 0)
    assert.isTrue(await fetch(server.url).then(() => false, () => true))
  })

  it("does not start where it should not", async () => {
    const wrongs = [
      [["--host", "0.0.0.0"], "a token is needed"],
      [["--token-variable", "ASSAY_NO_SUCH"], "names ASSAY_NO_SUCH, which the environment does not set"],
      [["--rewards", "weightdSum"], "no reward \"weightdSum\""],
      [["--rewards", "format,format"], "names two rewards \"format\""],
      [["--rewards", ","], "names no reward"],
      [["--port", "70000"], "0 to 65535"]
    ] as const
    const ended = await Promise.all(wrongs.map(([args]) => assay(folder, "serve", "rewards", ...args)))
    ended.forEach(({ code, err }, i) => {
      assert.strictEqual(code, 2, err)
      assert.include(err, wrongs[i]![1])
    })
  })
})
