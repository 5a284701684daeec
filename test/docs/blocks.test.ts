/**
 * Every block of code in every page is held to something: TypeScript to the compiler, SQL to a database, commands to the command
 * line. What a page says of commands is run besides, on the pages of `ran.test.ts` and by the tests of their own that stand below.
 */
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Store from "../../src/store/index.ts"
import { reading, withJournal } from "../store/support.ts"
import { errorsIn } from "./compiled.ts"
import { type Block, blocksIn, pages } from "./pages.ts"
import { wrongWith } from "./parsed.ts"
import { grounds } from "./grounds.ts"
import { assayIn, linesIn } from "./shell.ts"

const blocks = pages.flatMap(blocksIn)

const of = (language: string): ReadonlyArray<Block> => blocks.filter((block) => block.language === language)
const at = ({ line, page }: Block): string => `${page}:${line}`

/** Languages, and by what their blocks are held. What has none is output, or a list of files. */
const languages: { readonly [language: string]: string } = {
  "": "nothing: no code",
  ts: "the compiler",
  sql: "a database",
  sh: "the command line",
  python: "test/docs/ran.test.ts, test/engines/tinker.test.ts",
  r: "test/docs/ran.test.ts",
  js: "test/docs/servingOpenai.test.ts",
  json: "test/docs/serving.test.ts",
  dockerfile: "nothing here: it wants Docker"
}

/** Commands that are none of Assay's, and who runs them, or why nobody can here. */
const elsewhere: ReadonlyArray<readonly [RegExp, string]> = [
  [/^npm (ci|install|test|start|run [\w:-]+)( |$)/, "scripts of the package.json beside the page; .ci/run and the package's tests run them"],
  [/^ONNXRUNTIME_NODE_INSTALL=skip npm install /, "npm run package-test"],
  [/^npx vitest run test\/task$/, "npm test, with the rest"],
  [/^\.ci\/run$/, "itself"],
  [/^curl "?http:\/\/127\.0\.0\.1:8440/, "test/docs/serving.test.ts"],
  [/ -m skyrl\.tinker\.api /, "SkyRL on a GPU, which nobody has here; test/engines starts it on the processor where it can be made"],
  [/ vllm serve /, "vLLM, which test/engines starts where it can be made"],
  [/^python -c /, "a publisher's pickle, which nobody may hand on"],
  [/^curl -s "http:\/\/127\.0\.0\.1:8440\/api\//, "test/docs/ui.test.ts"],
  [/^export UI_TOKEN=\$\(openssl rand /, "openssl; test/docs/ui.test.ts serves the page with a token"],
  [/^watch assay status$/, "test/cli/status.test.ts, without watch"],
  [/^(for part in parts\/\*; do|done)$/, "test/docs/seeds.test.ts"],
  [/^sbatch /, "SLURM; test/docs/seeds.test.ts runs the script without it"],
  [/^(npm pack|docker build )/, "Docker, which is not everywhere: the page says what was run"],
  [/peers-venv/, "peers from PyPI, by hand: test/peers/README.md says when"]
]

/** Pages whose commands are parsed and not run, and why. */
const onlyParsed: { readonly [page: string]: string } = {
  "README.md": "its studies take minutes; test/docs/readme.test.ts plans and checks them, .ci/run runs the first",
  "docs/reference/commands.md": "examples of every command's own help, about files that are not here",
  "docs/how-to/move.md": "two machines; test/cli/pack.test.ts does the same in folders, with a study that takes seconds",
  "docs/how-to/servers.md": "needs a server of one's own",
  "docs/how-to/serving.md": "servers that run until they are stopped; test/docs/serving*.test.ts start them",
  "docs/how-to/tinker.md": "a server that runs until it is stopped; test/cli/serveTinker.test.ts starts it, test/engines the loop in Python",
  "docs/studies.md": "hours; test/pipelines plans each"
}

/** Pages whose commands a test of their own runs. */
const ownTest: { readonly [page: string]: string } = {
  "docs/how-to/figures.md": "test/docs/figures.test.ts",
  "docs/how-to/import.md": "test/docs/import.test.ts",
  "docs/how-to/machines.md": "test/queue/sqlite.test.ts",
  "docs/how-to/recorded.md": "test/docs/recorded.test.ts",
  "docs/how-to/report.md": "test/docs/report.test.ts",
  "docs/how-to/telemetry.md": "test/telemetry/telemetry.test.ts",
  "docs/how-to/ui.md": "test/docs/ui.test.ts"
}

describe("blocks of code", () => {
  it("are in languages that something holds to what it is", () => {
    for (const block of blocks) assert.property(languages, block.language, at(block))
  })
})

describe("TypeScript in pages", () => {
  const examples = globSync("examples/*/*.ts").map((file) => readFileSync(file, "utf8"))
  /** Declarations that the compiler wrote. */
  const isWritten = ({ page }: Block) => page.startsWith("docs/reference/api/")
  const own = of("ts").filter((block) => !isWritten(block) && !examples.some((text) => text.includes(block.code.trim())))

  it("compiles, or is part of an example, which is run as a package", async () => {
    assert.isAbove(own.length, 20)
    assert.isAbove(of("ts").filter((block) => !isWritten(block)).length - own.length, 8)
    assert.deepStrictEqual(await errorsIn(own.map(({ code }) => code)), [])
  })
})

describe("SQL in pages", () => {
  it("is answered by a database", () =>
    Effect.runPromise(withJournal((_, { file }) =>
      Effect.gen(function*() {
        assert.isAbove(of("sql").length, 15)
        for (const { code } of of("sql")) assert.isNotEmpty((yield* reading(file, (db) => Store.sql(db, code))).columns)
      })
    )))
})

describe("commands in pages", () => {
  const lines = of("sh").flatMap(linesIn)

  it("are understood, or run elsewhere", async () => {
    for (const { block, text } of lines) {
      const command = assayIn(text)
      if (command !== undefined) assert.deepStrictEqual(await wrongWith(command.words), [], `${at(block)}: ${text}`)
      else assert.isTrue(elsewhere.some(([pattern]) => pattern.test(text)), `${at(block)}: nothing runs \`${text}\``)
    }
  })

  it("are run elsewhere by what is there", () => {
    for (const [pattern] of elsewhere) assert.isTrue(lines.some(({ text }) => pattern.test(text)), `no page has ${String(pattern)}`)
    for (const { block: { page }, text } of lines) {
      const [, script] = /^npm (?:run )?((?!(?:ci|install|pack)(?: |$))[\w:-]+)/.exec(text) ?? []
      if (script === undefined) continue
      const beside = join(dirname(page), "package.json")
      assert.property(JSON.parse(readFileSync(existsSync(beside) ? beside : "package.json", "utf8")).scripts, script, `${page}: ${text}`)
    }
  })

  it("are run on every page, but for those that say why not", () => {
    const withCommands = new Set(lines.filter(({ text }) => assayIn(text) !== undefined).map(({ block: { page } }) => page))
    const known = [...Object.keys(grounds), ...Object.keys(onlyParsed), ...Object.keys(ownTest)]
    assert.sameMembers([...withCommands], known, "each page with commands stands in grounds.ts, in onlyParsed, or in ownTest")
    for (const [page, test] of Object.entries(ownTest)) assert.include(readFileSync(test, "utf8"), page)
  })

  it("that are wrong are found", async () => {
    assert.isNotEmpty(await wrongWith(["run", "study.ts", "--sedes", "3"]))
    assert.isNotEmpty(await wrongWith(["data", "stats"]))
    assert.isNotEmpty(await wrongWith(["nowhere"]))
  })
})
