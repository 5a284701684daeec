/** `assay serve openai`, as a process. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { about, name, scene } from "../server/openai/support.ts"
import { assay, serving, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const ask = (url: string, body: object) => fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(body) })

describe("assay serve openai", () => {
  it("serves a model until SIGTERM comes, then ends what is under way, and exits with 0", async () => {
    const server = await serving(folder, "openai", name)
    const picture = await scene(0)
    assert.strictEqual((await ask(server.url, about(picture, { max_tokens: 5 }))).status, 200)
    const whole = ask(server.url, about(picture, { n: 64, temperature: 1.5, max_tokens: 300 }))
    const streamed = await ask(server.url, about(picture, { temperature: 0, max_tokens: 50, stream: true }))
    await new Promise((resolve) => setTimeout(resolve, 200)) // both have come in
    server.process.kill("SIGTERM")
    assert.strictEqual((await (await whole).json() as { readonly choices: ReadonlyArray<unknown> }).choices.length, 64)
    assert.match(await streamed.text(), /data: \[DONE\]\n\n$/)
    assert.deepStrictEqual(await server.ended, { code: 0, out: "", err: `assay: ${name} on ${server.url}\n` })
    assert.isTrue(await fetch(server.url).then(() => false, () => true))
  })

  it("says at once what is wrong with a folder", async () => {
    mkdirSync(join(folder, "broken"))
    writeFileSync(join(folder, "broken/config.json"), "{\"model_type\": \"llama\"}")
    const wrongs = [["nowhere", /nowhere\/config\.json: is missing/], ["broken", /broken\/config\.json, key model_type: Expected "qwen2_5_vl"/], ["assay:huge", /config\.json: is missing/]] as const
    const ended = await Promise.all(wrongs.map(([wrong]) => assay(folder, "serve", "openai", wrong, "--port", "0")))
    ended.forEach(({ code, err }, i) => {
      assert.strictEqual(code, 3, err)
      assert.match(err, wrongs[i]![1])
    })
  })
})
