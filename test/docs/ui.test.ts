/** The page about `assay ui`: its commands serve what they say, its questions are answered, and it knows every view. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { putFinished, start, temporary, until } from "../cli/support.ts"

const page = readFileSync("docs/how-to/ui.md", "utf8")
const { folder, remove } = temporary()
afterAll(remove)
afterAll(() => delete process.env["UI_TOKEN"])

const commands = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) => block!.trim().split("\n"))

/** The page's metrics as the small study has them. */
const ours = (text: string): string => text.replace("detection/mAP", "answer/score")

/** Starts a command of the page, which must not open a browser here, on a free port. */
const serving = async (line: string) => {
  const [npx, name, ...words] = line.split(" ").filter((word) => word !== "--open")
  assert.deepStrictEqual([npx, name], ["npx", "assay"])
  const free = words.includes("--port") ? words : [...words, "--port", "0"]
  const server = start(folder, free)
  const url = () => /http:\/\/\S+/.exec(server.said())?.[0]
  await until(() => url() !== undefined || server.process.exitCode !== null)
  return { url: url() ?? assert.fail(server.said()), stop: () => (server.process.kill("SIGTERM"), server.ended) }
}

describe("docs/how-to/ui.md", () => {
  beforeAll(async () => {
    await putFinished(folder)
    const database = new Database(join(folder, "runs.db"))
    database.exec("UPDATE experiment SET name = 'reward-comparison'")
    database.exec(`VACUUM INTO '${join(folder, "other.db")}'`)
    database.close()
  })

  it("has commands that serve, and questions that are answered", async () => {
    process.env["UI_TOKEN"] = "secret"
    const served = commands.filter((line) => line.startsWith("npx"))
    assert.lengthOf(served, 3)
    for (const line of served) {
      const server = await serving(line)
      const headers = { authorization: "Bearer secret" }
      const url = server.url.replace("0.0.0.0", "127.0.0.1")
      for (const question of commands.filter((command) => command.startsWith("curl"))) {
        const path = ours(/:8440(\/[^"]+)"/.exec(question)![1]!)
        const response = await fetch(url + path, { headers })
        assert.strictEqual(response.status, 200, `${path}: ${await response.text()}`)
      }
      assert.strictEqual((await fetch(`${url}/api/experiments`)).status, line.includes("--token-variable") ? 401 : 200)
      assert.strictEqual((await server.stop()).code, 0)
    }
  })

  it("names every view, and shows each in three pictures", () => {
    const views = [...readFileSync("ui/src/views.ts", "utf8").matchAll(/name: "(\w+)", title: "(\w+)"/g)]
    assert.isAtLeast(views.length, 2)
    for (const [, name, title] of views) {
      assert.include(page, `| ${title} |`)
      for (const look of ["light", "dark", "narrow"]) {
        assert.isTrue(existsSync(`docs/pictures/ui/${name}-${look}.png`), `${name}-${look}`)
        assert.include(page, `(../pictures/ui/${name}-${look}.png)`)
      }
    }
  })
})
