/**
 * Whatever is public is documented: every symbol, command, flag, view, column, metric and reward. `docs/reference/` is made of the
 * sources, so a page that is as they make it has them all; that definitions are whole is held elsewhere (`test/store/documentation.test.ts`,
 * `test/report/definitions.test.ts`).
 */
import { execFileSync } from "node:child_process"
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { assert, describe, it } from "vitest"
import { type Item, symbols } from "../../build/reference/symbols.ts"
import { commands } from "../../build/reference/commands.ts"

/** Paths of what has no docstring. */
const undocumented = (path: string, { docs, items }: Item): ReadonlyArray<string> => [
  ...(docs === "" ? [path] : []),
  ...(items ?? []).flatMap((item) => undocumented(`${path}.${item.name}`, item))
]

describe("the reference", () => {
  it("is what the sources say", () => {
    const made = mkdtempSync(join(tmpdir(), "assay-reference-"))
    execFileSync(process.execPath, ["build/docs.ts", made])
    const files = globSync("**/*.{md,txt}", { cwd: made })
    assert.sameMembers(globSync("{docs/reference/**/*.md,bin/*.txt}"), files)
    for (const file of files) {
      const [said, written] = [join(made, file), file].map((file) => readFileSync(file, "utf8"))
      assert.strictEqual(written, said, `${file} is out of date: npm run docs:reference`)
    }
    rmSync(made, { recursive: true })
  })

  it("knows of every public symbol what it is", () => {
    const faces = symbols()
    assert.includeMembers(faces.index.items!.map(({ name }) => name), ["Data", "Evaluate", "Experiment", "Pipeline", "Policy", "Reward", "Task", "Update"])
    assert.deepStrictEqual(Object.entries(faces).flatMap(([face, item]) => undocumented(face, item)), [], "these want a docstring")
  })

  it("knows of every command, flag and argument what it does", async () => {
    const all = await Effect.runPromise(commands)
    assert.isAbove(all.length, 20)
    for (const { help, path } of all) {
      assert.isNotEmpty(help.description, path.join(" "))
      for (const { description, name } of [...help.flags, ...(help.args ?? [])]) assert.isNotEmpty(Option.getOrElse(description, () => ""), `${path.join(" ")} ${name}`)
      if ((help.subcommands ?? []).length === 0) assert.isNotEmpty(help.examples ?? [], `assay ${path.join(" ")} has no example`)
    }
  })
})
