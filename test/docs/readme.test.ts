import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { Journal } from "../../src/pipeline/run/journal.ts"
import * as Store from "../../src/store/index.ts"
import { assay, temporary } from "../cli/support.ts"

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8")

/** The README's code blocks of a language, in order. */
const blocks = (language: string): ReadonlyArray<string> =>
  Array.from(readme.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g")), ([, code]) => code!)

describe("the examples of the README", () => {
  let folder: string
  let remove: () => void
  beforeAll(() => {
    ;({ folder, remove } = temporary())
  })
  afterAll(() => remove())
  const plan = (...more: ReadonlyArray<string>) => assay(folder, "plan", "my-study.ts", ...more)

  it("compiles and plans the study of one's own, every variant and seed of it, wherever it stands", async () => {
    const [study] = blocks("ts")
    await writeFile(join(folder, "my-study.ts"), study!)
    const checked = await assay(folder, "check", "my-study.ts")
    assert.strictEqual(checked.code, 0, checked.out + checked.err)
    const ended = await plan()
    assert.strictEqual(ended.code, 0, ended.err)
    assert.include(ended.out, "group-size: 9 runs")
  })

  it("plans a study with the filter of one's own", async () => {
    const [study, filter] = blocks("ts")
    await writeFile(join(folder, "filters.ts"), filter!)
    const filtered = study!.replace("Filter.maxBoxes(10),", "Filter.maxBoxes(10),\n      large({ pixels: 100 }),")
    await writeFile(join(folder, "filtered.ts"), `import { large } from "./filters.ts"\n${filtered}`)
    const checked = await assay(folder, "check", "filtered.ts")
    assert.strictEqual(checked.code, 0, checked.out + checked.err)
    const ended = await assay(folder, "plan", "filtered.ts")
    assert.strictEqual(ended.code, 0, ended.err)
    assert.match(ended.out, /^run .*maxBoxes, large, /m)
  })

  it("takes the override that it shows, and puts it in a table of its own", async () => {
    const [override] = readme.match(/(?<=--set )\S+/)!
    const ended = await plan("--set", override)
    assert.strictEqual(ended.code, 0, ended.err)
    assert.include(ended.out, `group-size loop.${override.replace("3e-5", "0.00003")}: 9 runs`)
  })

  it("asks questions that the database can answer", async () => {
    const file = join(folder, "runs.db")
    const queries = blocks("sql")
    assert.strictEqual(queries.length, 3)
    const program = Effect.gen(function*() {
      yield* Effect.provide(Journal, Store.layer({ file, objects: join(folder, "objects") }))
      const handle = yield* Store.openForReading({ file })
      for (const query of queries) assert.isAbove((yield* Store.sql(handle, query)).columns.length, 1)
    })
    await Effect.runPromise(Effect.scoped(program))
  })
})
