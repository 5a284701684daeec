import Database from "better-sqlite3"
import { afterAll, assert, describe, it } from "vitest"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assay, study, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

/** Runs the command lines side by side; each must end with the code, say all of the words on stderr and print nothing. */
const refused = async (
  cases: ReadonlyArray<{ readonly args: ReadonlyArray<string>; readonly code: number; readonly words: ReadonlyArray<string> }>
) => {
  for (const { args, code, words } of cases) {
    const ended = await assay(folder, ...args)
    const line = args.join(" ")
    assert.strictEqual(ended.code, code, `${line}: ${ended.err}`)
    assert.strictEqual(ended.out, "", line)
    for (const word of words) assert.include(ended.err, word, line)
    assert.notInclude(ended.err, "    at ", `${line}: no stack trace`)
  }
}

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return name
}

describe("a wrong word on the command line exits with 2 and names what comes near", () => {
  it("commands, flags and values", () =>
    refused([
      { args: ["rum"], code: 2, words: ["rum", "run"] },
      { args: ["run"], code: 2, words: ["FILE", "assay run --help"] },
      { args: ["run", study, "--sedes", "3"], code: 2, words: ["--sedes", "--seeds"] },
      { args: ["run", study, "--seeds", "many"], code: 2, words: ["--seeds", "range (0..4)"] },
      { args: ["table", "x", "--format", "html"], code: 2, words: ["--format", "latex"] }
    ]))

  it("axes, labels, scales, stages and config paths", () =>
    refused([
      { args: ["run", study, "--only", "tast=low"], code: 2, words: ["no axis \"tast\"", "\"taste\""] },
      { args: ["plan", study, "--only", "taste=lo"], code: 2, words: ["\"lo\"", "\"low\""] },
      { args: ["plan", study, "--scale", "quik"], code: 2, words: ["no scale \"quik\"", "\"quick\""] },
      { args: ["plan", study, "--force", "lop"], code: 2, words: ["\"lop\"", "\"loop\""] },
      { args: ["plan", study, "--set", "climb.rat=1"], code: 2, words: ["\"climb.rat\"", "loop.climb.rate"] },
      { args: ["plan", study, "--set", "answer.pause=soon"], code: 3, words: ["answer", "pause", "number"] }
    ]))
})

describe("a study file that cannot be used exits with 3", () => {
  it("names the file and what is wrong with it", () =>
    refused([
      { args: ["run", "nowhere.ts"], code: 3, words: ["no study file nowhere.ts"] },
      { args: ["run", "."], code: 3, words: ["no file"] },
      { args: ["run", file("syntax.ts", "const x: number =\nexport default 3")], code: 3, words: ["syntax.ts", "not valid TypeScript"] },
      { args: ["run", file("import.ts", "import x from \"./missing.ts\"\nexport default x")], code: 3, words: ["missing.ts"] },
      { args: ["run", file("throws.ts", "\nthrow new Error(\"no luck\")")], code: 3, words: ["throws.ts:2", "no luck"] },
      { args: ["run", file("empty.ts", "export const x = 1")], code: 3, words: ["no default export", "Experiment.make"] },
      { args: ["run", file("number.ts", "export default 3")], code: 3, words: ["a number", "Experiment.make"] }
    ]))
})

describe("a database that cannot be used exits with 3 and is left as it was", () => {
  const corrupt = () => file("corrupt.db", "this is no database, though it is long enough to be taken for one".repeat(100))

  it("missing, corrupt, newer or without its folder", async () => {
    const newer = new Database(join(folder, "newer.db"))
    newer.pragma("user_version = 999")
    newer.close()
    const before = readFileSync(join(folder, corrupt()), "utf8")
    await refused([
      { args: ["list", "--db", "absent.db"], code: 3, words: ["absent.db", "assay run FILE"] },
      { args: ["list", "--db", "corrupt.db"], code: 3, words: ["corrupt.db", "not an SQLite database"] },
      { args: ["run", study, "--db", "corrupt.db"], code: 3, words: ["corrupt.db", "not an SQLite database"] },
      { args: ["run", study, "--db", "newer.db"], code: 3, words: ["newer.db", "999"] },
      { args: ["run", study, "--db", "no/folder/runs.db"], code: 3, words: ["no/folder", "does not exist"] }
    ])
    assert.isFalse(existsSync(join(folder, "absent.db")))
    assert.strictEqual(readFileSync(join(folder, "corrupt.db"), "utf8"), before)
  })

  it("read-only", async ({ skip }) => {
    skip(process.getuid?.() === 0, "root may write anything")
    const place = join(folder, "sealed")
    mkdirSync(place)
    chmodSync(place, 0o555)
    await refused([{ args: ["run", study, "--db", "sealed/runs.db"], code: 3, words: ["sealed", "not writable"] }])
    assert.deepStrictEqual(readdirSync(place), [])
  })

  it("locked by another process", async () => {
    const holder = new Database(join(folder, "locked.db"))
    holder.exec("CREATE TABLE t (x); BEGIN EXCLUSIVE")
    await refused([{ args: ["run", study, "--db", "locked.db"], code: 3, words: ["locked.db", "locked by another process"] }])
    holder.close()
  })
})
