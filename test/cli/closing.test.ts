/** Commands that a run ends with are pasted into a shell. */
import { execFileSync } from "node:child_process"
import { assert, it } from "vitest"
import { closing } from "../../src/cli/run/action.ts"

/** The words of a line as a shell takes them. */
const wordsOf = (line: string): ReadonlyArray<string> =>
  execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0").slice(0, -1)

it.each([
  ["tastes", "runs.db"],
  ["tastes template.name=it's \"$HOME\" `id`", "my runs.db"],
  ["a b!c\\d", "$x.db"]
])("what %s is asked by reaches the command as it is", (name, db) => {
  const lines = closing(db, name, { pictures: [], report: undefined }, 3).split("\n")
  const flags = db === "runs.db" ? [] : ["--db", db]
  assert.deepStrictEqual(lines.slice(lines.indexOf("Next:") + 1).map(wordsOf), [
    ["assay", "table", name, "--format", "md", ...flags],
    ["assay", "samples", "3", "--out", "pictures", ...flags],
    ["assay", "sql", `SELECT * FROM paired WHERE experiment = '${name.replaceAll("'", "''")}'`, ...flags]
  ])
  if (name === "tastes") assert.include(lines.at(-1)!, "assay sql \"SELECT * FROM paired WHERE experiment = 'tastes'\"")
})
