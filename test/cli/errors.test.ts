import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { from } from "../../src/cli/failure.ts"
import type { Study } from "../../src/cli/flags.ts"
import { patterns, planOptions } from "../../src/cli/planOptions.ts"
import { codeOf } from "../../src/cli/run/action.ts"
import { InvalidConfig, UnknownPath } from "../../src/pipeline/Errors.ts"
import { openForWriting } from "../../src/store/Database.ts"
import { assay, study, temporary } from "./support.ts"
import tastes from "./studies/tastes.ts"

const { folder, remove } = temporary()
afterAll(remove)

interface Case {
  readonly args: ReadonlyArray<string>
  readonly code: number
  readonly words: ReadonlyArray<string>
}

/** Runs the command lines side by side; each must end with the code, say the words on stderr and print nothing. */
const refused = (cases: ReadonlyArray<Case>) =>
  Promise.all(cases.map(async ({ args, code, words }) => {
    const ended = await assay(folder, ...args)
    const line = args.join(" ")
    assert.strictEqual(ended.code, code, `${line}: ${ended.err}`)
    assert.strictEqual(ended.out, "", line)
    for (const word of words) assert.include(ended.err, word, line)
    assert.notInclude(ended.err, "    at ", `${line}: no stack trace`)
  }))

describe("a wrong word on the command line exits with 2 and names what comes near", () => {
  it("commands, flags and values", () =>
    refused([
      { args: ["rum"], code: 2, words: ["rum", "run"] },
      { args: ["run"], code: 2, words: ["FILE", "assay run --help"] },
      { args: ["run", study, "--sedes", "3"], code: 2, words: ["--sedes", "--seeds"] },
      { args: ["run", study, "--seeds", "many"], code: 2, words: ["--seeds", "range (0..4)"] },
      { args: ["run", study, "--shared", "there"], code: 2, words: ["--shared is about cells that workers take from a queue", "--queue"] },
      { args: ["run", study, "--lease", "60"], code: 2, words: ["--lease is about cells", "--queue"] }
    ]))

  it("config paths, and values of the wrong type with 3", () =>
    refused([
      { args: ["plan", study, "--set", "climb.rat=1"], code: 2, words: ["\"climb.rat\"", "loop.climb.rate"] },
      { args: ["run", study, "--set", "answer.pause=soon"], code: 3, words: ["answer", "pause", "number"] }
    ]))

  it("axes, labels, scales and stages", () => {
    const given = {
      file: study,
      set: [],
      only: [],
      seeds: Option.none(),
      scale: Option.none(),
      force: [],
      needed: false,
      watch: false,
      json: false,
      db: "runs.db"
    }
    const said = (options: Partial<Study>) => {
      const { exitCode, message } = Effect.runSync(Effect.flip(planOptions(tastes, { ...given, ...options })))
      assert.strictEqual(exitCode, 2)
      return message
    }
    assert.strictEqual(
      said({ only: [{ axis: "tast", label: "low" }] }),
      "There is no axis \"tast\". Did you mean \"taste\"?"
    )
    assert.include(said({ only: [{ axis: "taste", label: "lo" }] }), "Did you mean \"low\"?")
    assert.include(said({ scale: Option.some("quik") }), "Did you mean \"quick\"?")
    assert.include(said({ force: ["lop"] }), "Did you mean \"loop\"?")
  })

  it("labels of one axis add up, and different axes narrow down", () => {
    const only = [{ axis: "a", label: "1" }, { axis: "b", label: "x" }, { axis: "a", label: "2" }]
    assert.deepStrictEqual(patterns(only), [{ a: "1", b: "x" }, { a: "2", b: "x" }])
    assert.deepStrictEqual(patterns([]), [])
  })
})

describe("a study file that cannot be used", () => {
  const files = {
    "syntax.ts": ["const x: number =\nexport default 3", "not valid TypeScript"],
    "import.ts": ["import x from \"./missing.ts\"\nexport default x", "missing.ts"],
    "throws.ts": ["\nthrow new Error(\"no luck\")", "throws.ts:2: no luck"],
    "empty.ts": ["export const x = 1", "no default export"],
    "number.ts": ["export default 3", "exports a number by default"]
  } as const

  it("is named with what is wrong in it", () => {
    for (const [name, [text]] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const names = [...Object.keys(files), "nowhere.ts", "."]
    const out = execFileSync(process.execPath, [join(import.meta.dirname, "children/load.ts"), ...names], {
      cwd: folder,
      encoding: "utf8"
    })
    const said: ReadonlyArray<{ readonly code: number; readonly message: string }> = JSON.parse(out)
    const words = [...Object.values(files).map(([, word]) => word), "no study file nowhere.ts", ". is no file"]
    said.forEach(({ code, message }, i) => {
      assert.strictEqual(code, 3, message)
      assert.include(message, words[i]!)
      assert.include(message, names[i]!)
      assert.notInclude(message, "\n", "one paragraph")
    })
  })

  it("exits with 3", () => refused([{ args: ["run", "nowhere.ts"], code: 3, words: ["no study file nowhere.ts"] }]))
})

describe("a database that cannot be used exits with 3 and is left as it was", () => {
  it("missing, corrupt, newer, locked or without its folder", { tags: ["long"] }, async () => {
    writeFileSync(
      join(folder, "corrupt.db"),
      "this is no database, though it is long enough to be taken for one".repeat(100)
    )
    await Effect.runPromise(Effect.scoped(openForWriting({ file: join(folder, "newer.db") })))
    const newer = new Database(join(folder, "newer.db"))
    newer.pragma("user_version = 999")
    newer.close()
    const holder = new Database(join(folder, "locked.db"))
    holder.exec("CREATE TABLE t (x); BEGIN EXCLUSIVE")
    const before = readFileSync(join(folder, "corrupt.db"), "utf8")
    await refused([
      { args: ["run", study, "--db", "locked.db"], code: 3, words: ["locked.db", "locked by another process"] },
      { args: ["list", "--db", "absent.db"], code: 3, words: ["absent.db", "assay run FILE"] },
      { args: ["run", study, "--db", "corrupt.db"], code: 3, words: ["corrupt.db", "not an SQLite database"] },
      { args: ["table", "tastes", "--db", "newer.db"], code: 3, words: ["newer.db", "999"] },
      { args: ["run", study, "--db", "no/folder/runs.db"], code: 3, words: ["no/folder", "does not exist"] },
      { args: ["list", "--db", folder], code: 3, words: ["is a folder, not a database file. Name a file."] },
      { args: ["score", "answers.jsonl", "--rewards", "./nowhere.ts#mine"], code: 3, words: ["There is no reward file ./nowhere.ts. Name an existing file."] }
    ])
    holder.close()
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
})

describe("Failure", () => {
  it("tells usage from a wrong study, and puts messages into one paragraph", () => {
    assert.strictEqual(from(new UnknownPath({ path: "a", message: "no a" })).exitCode, 2)
    const config = from(new InvalidConfig({ stage: "answer", message: "answer: Expected number\n  at [\"pause\"]" }))
    assert.deepStrictEqual([config.exitCode, config.message], [3, "answer: Expected number at [\"pause\"]"])
  })

  it("keeps the stack of what is our own mistake", () => {
    assert.include(from(new TypeError("oops")).message, "errors.test.ts")
  })

  it("exits with 3 when every failed run failed by its data or model, else with 1", () => {
    assert.strictEqual(codeOf([{ exitCode: 3 }, { exitCode: 3 }]), 3)
    assert.strictEqual(codeOf([{ exitCode: 3 }, { exitCode: 1 }]), 1)
    assert.strictEqual(codeOf([{}]), 1)
  })
})
