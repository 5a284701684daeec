/** The example of docs/how-to/serving.md for clients of OpenAI's protocol, as it stands there. */
import { execFile } from "node:child_process"
import { readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, describe, it } from "vitest"
import { serving, temporary } from "../cli/support.ts"
import { scene } from "../server/openai/support.ts"

const page = readFileSync("docs/how-to/serving.md", "utf8")

const { folder, remove } = temporary()
afterAll(remove)

describe("docs/how-to/serving.md", () => {
  it("has a question of OpenAI's client that is answered", async () => {
    const [, code] = /```js\n([^]*?)```/.exec(page) ?? []
    const server = await serving(folder, "openai", "assay:tiny-vl")
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction")
    writeFileSync(join(folder, "scene.png"), Buffer.from((await scene(0)).split(",")[1]!, "base64"))
    assert.include(code, "http://127.0.0.1:8440")
    writeFileSync(join(folder, "ask.mjs"), code!.replace("http://127.0.0.1:8440", server.url))
    const { stdout } = await promisify(execFile)(process.execPath, ["ask.mjs"], { cwd: folder })
    server.process.kill("SIGTERM")
    await server.ended
    assert.match(stdout, /^<think>[^]*<\/answer>\n<think>[^]*<\/answer>\n$/)
  })
})
