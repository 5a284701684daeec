/** Pages whose commands, queries and programs are run as they stand there, from the first to the last. */
import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Store from "../../src/store/index.ts"
import { assay, temporary } from "../cli/support.ts"
import { reading } from "../store/support.ts"
import { grounds, small } from "./grounds.ts"
import { type Block, blocksIn, docs } from "./pages.ts"
import { assayIn, linesIn } from "./shell.ts"

const blocksOf = (path: string): ReadonlyArray<Block> => blocksIn(docs.find((page) => page.path === path)!)

const has = (program: string, ...args: ReadonlyArray<string>): boolean => spawnSync(program, args).status === 0

/** A Python with pandas and DuckDB, with TensorBoard and pyarrow, and R with RSQLite: what is not here is skipped, and said. */
const python = process.env["ASSAY_DOCS_PYTHON"] ?? "python3"
const hasPandas = has(python, "-c", "import pandas")
const extension = spawnSync(python, ["-c", "import duckdb_extension_sqlite_scanner as e; print(e.__path__[0])"]).stdout?.toString().trim()
const hasDuckDb = extension !== "" && has(python, "-c", "import duckdb, pandas")
const hasExports = has(python, "-c", "import tensorboard, pyarrow, pandas, duckdb")
const hasR = has("Rscript", "-e", "library(DBI); library(RSQLite)")

/** A home in which DuckDB finds its extension, which it would fetch. */
const homeWithExtension = (folder: string): string => {
  const [file] = globSync(`${extension}/extensions/*/*.duckdb_extension`)
  const [, version] = /extensions\/(v[^/]+)/.exec(file!)!
  const platform = execFileSync(python, ["-c", "import duckdb; print(duckdb.sql('PRAGMA platform').fetchone()[0])"]).toString().trim()
  const home = join(folder, ".duckdb", "extensions", version!, platform)
  mkdirSync(home, { recursive: true })
  copyFileSync(file!, join(home, basename(file!)))
  return folder
}

const runCommands = async (folder: string, blocks: ReadonlyArray<Block>): Promise<number> => {
  let count = 0
  for (const { text } of blocks.flatMap(linesIn)) {
    const command = assayIn(text)
    if (command === undefined) continue
    const { code, err, out } = await assay(folder, ...command.words)
    assert.strictEqual(code, 0, `${text}\n${err}`)
    if (command.into !== undefined) writeFileSync(join(folder, command.into), out)
    if (command.words[0] === "init") {
      const study = join(folder, command.words[1]!, "study.ts")
      const written = readFileSync(study, "utf8")
      assert.include(blocksOf(blocks[0]!.page).map(({ code }) => code), written)
      // the pages that follow have it beside them
      for (const path of [study, join(folder, "study.ts")]) writeFileSync(path, small(written))
    }
    count++
  }
  return count
}

/** Pages by what their folder is made of. */
const byGround = Map.groupBy(Object.keys(grounds), (page) => grounds[page]!)

describe.each([...byGround].map(([prepare, pages]) => ({ prepare, pages })))("$pages", { tags: ["long"] }, ({ pages, prepare }) => {
  const { folder, remove } = temporary()
  beforeAll(() => prepare(folder))
  afterAll(remove)

  it.each(pages)("%s has commands that run", async (page) => {
    assert.isAbove(await runCommands(folder, blocksOf(page).filter(({ language }) => language === "sh")), 0)
  }, 240_000) // a page may have a dozen commands, and several of them train

  const results = "docs/how-to/read-results.md"
  if (!pages.includes(results)) return
  const written = (language: string): ReadonlyArray<string> => blocksOf(results).filter((block) => block.language === language).map(({ code }) => code)

  it("has SQL that finds something", () =>
    Effect.runPromise(Effect.gen(function*() {
      const [paired, , missed] = yield* Effect.forEach(written("sql"), (query) => reading(join(folder, "runs.db"), (db) => Store.sql(db, query)))
      assert.lengthOf(paired!.rows, 2)
      assert.isNotEmpty(missed!.rows)
    })))

  it("has TypeScript that prints every seed", () => {
    writeFileSync(join(folder, "finals.ts"), written("ts")[0]!.replace("\"assay/workspace\"", JSON.stringify(join(process.cwd(), "src/workspace.ts"))))
    const printed = execFileSync(process.execPath, ["finals.ts"], { cwd: folder }).toString()
    assert.isAbove(printed.trim().split("\n").length, 9)
  })

  const [pandas, duckDb] = written("python")

  it.skipIf(!hasPandas)("has pandas that reads a curve", () => {
    const printed = execFileSync(python, ["-c", pandas!], { cwd: folder }).toString()
    assert.match(printed, /variant step[^]*\n16 +0 /)
  })

  it.skipIf(!hasDuckDb)("has DuckDB that reads the rewards", () => {
    const printed = execFileSync(python, ["-c", duckDb!], { cwd: folder, env: { ...process.env, HOME: homeWithExtension(folder) } }).toString()
    assert.match(printed, /16 +│ format/)
  })

  it.skipIf(!hasR)("has R that takes means over seeds", () => {
    writeFileSync(join(folder, "means.R"), written("r")[0]!)
    const printed = execFileSync("Rscript", ["means.R"], { cwd: folder }).toString()
    assert.match(printed, /variant +value\.mean +value\.n/)
  })

  it.skipIf(!hasExports).each([
    ["TensorBoard", /^0 \S+\n$/],
    ["pandas", /^cell\.group +16 +4 +8\nstep +\n0( +[\d.]+){3}\n$/],
    ["DuckDB", /│ 16 +│ +0 │ +[\d.]+ │ +3 │/]
  ] as const)("has %s that reads what was written for it", (name, printed) => {
    const block = blocksOf("docs/how-to/export.md").filter(({ language }) => language === "python")[["TensorBoard", "pandas", "DuckDB"].indexOf(name)]!
    assert.match(execFileSync(python, ["-c", block.code], { cwd: folder }).toString(), printed)
  })

  it("writes what its commands name", () => {
    assert.isTrue(existsSync(join(folder, "group-size.csv")))
  })
})
