/** The page about imports: its commands run as they stand, on logs of real trainers. */
import { cpSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { named } from "../../src/logs/named.ts"
import { layouts } from "../../src/logs/readLog.ts"
import { copyOf, fixture } from "../logs/support.ts"
import { assay, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/import.md", "utf8")
const { folder, remove } = temporary()
afterAll(remove)

/** The words of a command line; double quotes hold some together. */
const wordsOf = (line: string): ReadonlyArray<string> =>
  [...line.replace(/ +#.*/, "").matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)

describe("docs/how-to/import.md", () => {
  it("names every layout, and our names as they are", () => {
    for (const { name } of layouts) assert.include(page, `| \`${name}\` |`)
    for (const [, theirs, ours] of page.matchAll(/`(\S+)` is\s+`(\S+)`/g)) assert.strictEqual(named(theirs!).name, ours)
    assert.isAbove([...page.matchAll(/`(\S+)` is\s+`(\S+)`/g)].length, 2)
  })

  it("has commands that run", { tags: ["long"] }, async () => {
    mkdirSync(join(folder, "out"))
    cpSync(fixture("trl"), join(folder, "out", "trl-0"), { recursive: true })
    const second = copyOf("trl", (state) => state.replaceAll("\"loss\": ", "\"loss\": 1"))
    cpSync(second, join(folder, "out", "trl-1"), { recursive: true })
    cpSync(fixture("msSwift"), join(folder, "out", "swift"), { recursive: true })
    cpSync(fixture("verl"), join(folder, "out", "verl"), { recursive: true })
    const lines = /```sh\n([^]*?)```/.exec(page)![1]!.trim().split("\n")
    assert.lengthOf(lines, 7)
    const outputs: Array<string> = []
    for (const line of lines) {
      const [npx, name, ...args] = wordsOf(line)
      assert.deepStrictEqual([npx, name], ["npx", "assay"])
      const { code, err, out } = await assay(folder, ...args)
      assert.strictEqual(code, 0, `${line}\n${err}`)
      outputs.push(out)
    }
    assert.match(outputs[4]!, /TRL \(baseline\) +2/)
    assert.match(outputs[5]!, /ms-swift/)
    assert.match(outputs[6]!, /brevity/)
  })
})
