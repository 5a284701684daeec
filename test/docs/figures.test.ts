/** The page about figures: its commands run as they stand, of a small study of that name. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { afterAll, assert, describe, it } from "vitest"
import { assay, putFinished, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/figures.md", "utf8")
const { folder, remove } = temporary()
afterAll(remove)

/** The page's metrics as the small study has them; it has no parts of a reward over steps. */
const ours: { readonly [theirs: string]: string } = { completionLength: "reward", "precision@0.5": "reward", "recall@0.5": "score" }

describe("docs/how-to/figures.md", () => {
  it("has commands that run", async () => {
    await putFinished(folder)
    const database = new Database(join(folder, "runs.db"))
    database.exec("UPDATE experiment SET name = 'reward-comparison'")
    database.close()
    const lines = /```sh\n([^]*?)```/.exec(page)![1]!.trim().split("\n")
    assert.lengthOf(lines, 4)
    for (const line of lines) {
      const [npx, name, ...args] = line.split(" ").map((word) => ours[word] ?? word)
      assert.deepStrictEqual([npx, name], ["npx", "assay"])
      const { code, err, out } = await assay(folder, ...args)
      if (line.includes("--kind parts")) assert.match(err, /no parts of a reward/)
      else assert.deepStrictEqual([code, existsSync(join(folder, out.trim()))], [0, true], err)
    }
  })

  it("shows a picture of every kind", () => {
    for (const [, kind] of page.matchAll(/^\| `(\w+)` \|/gm)) assert.isTrue(existsSync(`docs/pictures/${kind}.svg`), kind)
  })
})
