/** What a journal keeps in files or in its database: whole, or not at all. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { pathOf, put, rows, stageOf, withJournal } from "../support.ts"

const hash = /^[0-9a-f]{64}$/

describe("artifacts", () => {
  it.live("lie under the hash of their content, once", () =>
    withJournal((journal, { objects }) =>
      Effect.gen(function*() {
        const first = yield* put(journal, "weights")
        const second = yield* put(journal, "weights")
        assert.deepStrictEqual(first, second)
        assert.match(first.hash, hash)
        const path = yield* journal.fetch(first)
        assert.strictEqual(path, `${objects}/${first.hash.slice(0, 2)}/${first.hash.slice(2)}`)
        assert.strictEqual(fs.readFileSync(path, "utf8"), "weights")
        assert.deepStrictEqual(fs.readdirSync(`${objects}/tmp/runs.db`), [])
      })
    ))

  it.live("a short text stands in its row and a long one in a file, and neither is found once it was altered", () =>
    withJournal((journal, files) =>
      Effect.gen(function*() {
        const texts = ["[1]", JSON.stringify("ü".repeat(20_000))]
        const stages = yield* Effect.forEach(texts, (text, i) =>
          Effect.gen(function*() {
            const id = yield* journal.openStage(stageOf(`f${i}`))
            const output = yield* journal.putText("application/json", text)
            yield* journal.closeStage(id, { output })
            assert.strictEqual(yield* journal.text(output), text)
            assert.deepStrictEqual(yield* journal.findStage(`f${i}`), { id, output, subject: undefined })
            return output
          }))
        assert.deepStrictEqual(stages.map((output) => fs.existsSync(pathOf(files, output))), [false, true])
        assert.deepStrictEqual((yield* rows(files.file, "SELECT content FROM artifact ORDER BY bytes")).map(([content]) => content), ["[1]", null])
        const writer = new Sqlite(files.file)
        writer.exec("UPDATE artifact SET content = '[2]' WHERE content IS NOT NULL")
        writer.close()
        fs.writeFileSync(pathOf(files, stages[1]!), "longer")
        assert.isUndefined(yield* journal.findStage("f0"))
        assert.isUndefined(yield* journal.findStage("f1"))
        assert.deepStrictEqual([...yield* journal.finished(["f0", "f1", "f2"])], [])
      })
    ))

  it.live("many are found at once as one by one, however short or long what they left", () =>
    withJournal((journal) =>
      Effect.gen(function*() {
        const names = ["f0", "f1", "f2"]
        for (const [i, text] of ["[1]", JSON.stringify("ü".repeat(20_000)), "[3]"].entries()) {
          const id = yield* journal.openStage(stageOf(names[i]!))
          if (i === 2) continue // and one that is not finished
          yield* journal.closeStage(id, { output: yield* journal.putText("application/json", text), subject: yield* put(journal, `weights ${i}`) })
        }
        assert.deepStrictEqual([...yield* journal.finished([...names, "nowhere"])], ["f0", "f1"])
        for (const [i, name] of names.entries()) assert.strictEqual((yield* journal.findStage(name)) === undefined, i === 2)
      })
    ))

  it.live("a writer that fails leaves nothing", () =>
    withJournal((journal, { file, objects }) =>
      Effect.gen(function*() {
        const half = (path: string) =>
          Effect.andThen(Effect.sync(() => fs.writeFileSync(path, "half")), Effect.fail("no" as const))
        assert.strictEqual(yield* Effect.flip(journal.put("text/plain", half)), "no")
        assert.deepStrictEqual(fs.readdirSync(objects), ["tmp"])
        assert.deepStrictEqual(fs.readdirSync(`${objects}/tmp/runs.db`), [])
        assert.deepStrictEqual(yield* rows(file, "SELECT * FROM artifact"), [])
      })
    ))
})
