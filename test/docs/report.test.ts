/** The page about reports: its commands run as they stand, of a small study of that name, and it names the sections that there are. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { afterAll, assert, describe, it } from "vitest"
import { assay, putFinished, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/report.md", "utf8")
const { folder, remove } = temporary()
afterAll(remove)

describe("docs/how-to/report.md", () => {
  it("has commands that run, and the sections of what they write", async () => {
    await putFinished(folder)
    const database = new Database(join(folder, "runs.db"))
    database.exec("UPDATE experiment SET name = 'reward-comparison'")
    database.close()
    const lines = /```sh\n([^]*?)```/.exec(page)![1]!.trim().split("\n")
    assert.lengthOf(lines, 2)
    for (const line of lines) {
      const [npx, name, ...args] = line.split(" ")
      assert.deepStrictEqual([npx, name], ["npx", "assay"])
      const { code, err, out } = await assay(folder, ...args)
      assert.deepStrictEqual([code, existsSync(join(folder, out.trim()))], [0, true], err)
    }
    const report = readFileSync(join(folder, "reward-comparison-report.html"), "utf8")
    const named = [...page.matchAll(/^\| ([A-Z][^|]*?) \|/gm)].flatMap(([, titles]) => titles!.split(/, (?=parts)/))
    const titles = [...report.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, title]) => title!)
    assert.sameMembers(named.map((title) => title.toLowerCase()), titles.map((title) => title.toLowerCase()))
  })
})
