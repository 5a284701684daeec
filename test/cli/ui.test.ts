/** `assay ui` as a command: where it is said to be, what it refuses, how it ends. */
import { assert, afterAll, describe, it } from "vitest"
import { assay, putFinished, start, temporary, until } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

describe("assay ui", () => {
  it("serves the page of a database until a signal comes, and exits with 0", async () => {
    const missing = await assay(folder, "ui", "--port", "0")
    assert.strictEqual(missing.code, 3, missing.err)
    assert.match(missing.err, /There is no database at runs\.db.*`assay run FILE` makes one/)
    await putFinished(folder)
    const server = start(folder, ["ui", "--port", "0"])
    const url = () => /http:\/\/\S+/.exec(server.said())?.[0]
    await until(() => url() !== undefined || server.process.exitCode !== null)
    const answer = await fetch(`${url()}/api/experiments`)
    const [experiment] = await answer.json() as ReadonlyArray<{ readonly name: string; readonly status: string }>
    assert.deepInclude(experiment, { name: "tastes", status: "done" })
    assert.include(await (await fetch(`${url()}/ablation`)).text(), "<div id=\"page\">")
    server.process.kill("SIGINT")
    assert.deepStrictEqual(await server.ended, { code: 0, out: "", err: `assay: the page of runs.db on ${url()}\n` })
    const open = await assay(folder, "ui", "--host", "0.0.0.0")
    assert.strictEqual(open.code, 2)
    assert.include(open.err, "a token is needed")
  })
})
