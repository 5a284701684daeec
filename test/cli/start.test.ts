import { assert, describe, it } from "vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { assay as command } from "../../src/cli/assay.ts"
import { wanted } from "../../src/cli/wanted.ts"
import { assay, assayBin, oldNode } from "./support.ts"

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

describe("assay", () => {
  it("prints its version alone", async () => {
    assert.deepStrictEqual(await assay(".", "--version"), { code: 0, out: `${version}\n`, err: "" })
  })

  it("has examples in every help", async () => {
    const help = await assay(".", "run", "--help")
    assert.strictEqual(help.code, 0)
    assert.match(help.out, /EXAMPLES[^]*assay run /)
    const commands = command.subcommands.flatMap((group) => group.commands)
    assert.deepStrictEqual(
      commands.map((one) => one.name),
      "init check plan explain run worker status list show diff logs table power bootstrap samples figure report ui sql metrics verify rerun export import pack unpack rm gc score evaluate doctor data serve".split(" ")
    )
    for (const { examples, name } of commands) {
      assert.isAtLeast(examples.length, 2, name)
      for (const example of examples) assert.include(example.command, `assay ${name}`)
    }
  })

  it("finds every command in the folder of its name, without loading the others", async () => {
    for (const one of command.subcommands.flatMap((group) => group.commands)) {
      const found = await Effect.runPromise(wanted([one.name, "--help"]))
      assert.deepStrictEqual(found.subcommands.flatMap((group) => group.commands), [one])
    }
    assert.strictEqual(await Effect.runPromise(wanted(["list", "--completions", "bash"])), command)
  })

  it.skipIf(oldNode === undefined)(
    "starts the packaged Node where the machine's is too old, and hands on its exit code",
    () => {
      const run = (...args: ReadonlyArray<string>) => spawnSync(oldNode!, [assayBin, ...args], { encoding: "utf8" })
      assert.strictEqual(run("--version").stdout, `${version}\n`)
      assert.strictEqual(run("rum").status, 2)
    }
  )
})
