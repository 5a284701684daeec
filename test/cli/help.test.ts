import { execFileSync } from "node:child_process"
import { assert, describe, it } from "vitest"
import { summary } from "../../src/cli/help.ts"
import { assay } from "./support.ts"

describe("help", () => {
  it("lists every command with one sentence on one line", async () => {
    const { out } = await assay(".", "--help")
    const listed = out.slice(out.indexOf("Studies:"), out.indexOf("EXAMPLES")).trim().split("\n")
    assert.isAbove(listed.length, 20)
    for (const line of listed) assert.match(line, /^(|[A-Z][^.]*:| {2}\w+ +[A-Z].*[^.])$/)
  })

  it("of the whole command is at hand, and is what the command says", async () => {
    const { out } = await assay(".", "--help")
    for (const words of [[], ["-h"]]) assert.deepStrictEqual(await assay(".", ...words), { code: 0, out, err: "" })
    assert.strictEqual(execFileSync(process.execPath, ["src/cli/main.ts", "--help"], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } }), out)
  })

  it("names every command that has an exit code of its own", async () => {
    const { out } = await assay(".", "--help")
    const codes = out.slice(out.indexOf("Exit codes:"), out.indexOf("USAGE"))
    for (const command of ["doctor --strict", "verify", "rerun"]) assert.include(codes, `assay ${command}`)
  })

  it("keeps what goes over several lines in its column", async () => {
    const { out } = await assay(".", "serve", "rewards", "--help")
    const [, description] = /^DESCRIPTION\n([^]*?)\n\nUSAGE/.exec(out) ?? []
    for (const line of description!.split("\n")) assert.match(line, /^$|^ {2}/)
  })

  it("ends a sentence where it ends", () => {
    assert.strictEqual(summary("Do it, as v1.2 does.\nAnd more."), "Do it, as v1.2 does.")
    assert.strictEqual(summary("It has parts:\n\n  a\n  b"), "It has parts.")
    assert.strictEqual(summary("One\nsentence"), "One sentence")
  })
})
