/** `assay serve tinker` as a command: it serves until a signal comes, lets end what is under way, and leaves what was saved. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { clientOf, datumOf } from "../server/tinker/support.ts"
import { assay, serving, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

describe("assay serve tinker", () => {
  it("trains, saves, and ends by SIGTERM once the client that waits has its answer", async () => {
    const server = await serving(folder, "tinker", "assay:tiny-vl", "--checkpoints", "saved")
    const client = clientOf((request) => fetch(new Request(`${server.url}${new URL(request.url).pathname}`, request)))
    const model = await client.model(await client.session())
    await client.done(await client.post("save_weights", { model_id: model, path: "start" }))
    await client.sampler(model)
    const submitted = await client.submitForward(model, [datumOf([{ tokens: [5, 6] }], { target_tokens: [6, 7], weights: [1, 1] })], "cross_entropy")
    const answered = client.result(submitted)
    await new Promise((resolve) => setTimeout(resolve, 20))
    server.process.kill("SIGTERM")
    assert.strictEqual((await answered).status, 200)
    assert.strictEqual((await server.ended).code, 0)
    const files = readdirSync(join(folder, "saved"), { recursive: true }).map(String).filter((file) => file.endsWith(".safetensors"))
    assert.lengthOf(files, 1)
    assert.match(files[0]!, /start\.safetensors$/)
    assert.isFalse(existsSync(join(folder, ".assay")))
  })

  it("says what is wrong with a folder at once, and wants a token beyond loopback", async () => {
    const missing = await assay(folder, "serve", "tinker", "nowhere")
    assert.notStrictEqual(missing.code, 0)
    assert.match(missing.err, /nowhere/)
    const open = await assay(folder, "serve", "tinker", "assay:tiny-vl", "--host", "0.0.0.0", "--port", "0")
    assert.strictEqual(open.code, 2)
    assert.match(open.err, /a token is needed/)
  })
})
