/** The page about servers says what they do. */
import { readdirSync, readFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { limits } from "../../src/server/http/serve.ts"
import { serving, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/serving.md", "utf8")
const { folder, remove } = temporary()

let server: Awaited<ReturnType<typeof serving>>
beforeAll(async () => void (server = await serving(folder, "rewards")))
afterAll(async () => {
  server.process.kill()
  await server.ended
  remove()
})

describe("docs/how-to/serving.md", () => {
  it("has a request that is answered as it says", async () => {
    const [, path, body] = /curl "http:\/\/127\.0\.0\.1:8440(\S+)" -d '([^']+)'/.exec(page)!
    const [, answer] = /```json\n(.+)\n```/.exec(page)!
    assert.strictEqual(await (await fetch(`${server.url}${path}`, { method: "POST", body: body! })).text(), answer)
  })

  it("names every shape that the server has", async () => {
    const { shapes } = await (await fetch(server.url)).json() as { readonly shapes: ReadonlyArray<string> }
    for (const shape of shapes) assert.include(page, `| \`${shape}\` |`)
  })

  it("names every variable that the shims read", () => {
    const read = readdirSync("shims").filter((file) => file.endsWith(".py")).flatMap((file) =>
      [...readFileSync(`shims/${file}`, "utf8").matchAll(/environ(?:\.get\(|\[)"(\w+)"/g)].map(([, name]) => name!))
    assert.isAbove(new Set(read).size, 2)
    for (const name of read) assert.include(page, `\`${name}\``)
  })

  it("says the limits that hold", () => {
    assert.deepInclude(limits, { body: 32 << 20, request: 60, stalled: 30, drain: 30, connections: 512 })
    for (const words of ["32 MB", "take a minute", "for half a minute", "512\nconnections", "within half a minute"]) assert.include(page, words)
  })
})
