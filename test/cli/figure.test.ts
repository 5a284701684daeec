// @module-tag long
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Store from "../../src/store/index.ts"
import { beginRun, opened, put, stageOf, stepOf } from "../store/support.ts"
import { assay, putFinished, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

beforeAll(() => putFinished(folder))

const begins: { readonly [format: string]: string } = { svg: "<svg", png: "\x89PNG", pdf: "%PDF" }

describe("assay figure", () => {
  it.each(["curve", "interval", "pareto"])("draws %s in every format", async (kind) => {
    for (const [format, beginning] of Object.entries(begins)) {
      const metrics = kind === "pareto" ? ["--metric", "reward", "--metric", "score"] : []
      const { code, err, out } = await assay(folder, "figure", "tastes", "--kind", kind, "--format", format, ...metrics)
      assert.deepStrictEqual([code, out], [0, `tastes-${kind}.${format}\n`], err)
      assert.strictEqual(readFileSync(join(folder, out.trim())).subarray(0, 4).toString("latin1"), beginning)
    }
  })

  it("takes metrics by name, a width and a file", async () => {
    const { code, err } = await assay(folder, "figure", "tastes", "--kind", "interval", "--metric", "answer/score", "--width", "page", "--out", "a/b.svg")
    assert.strictEqual(code, 0, err)
    const svg = readFileSync(join(folder, "a/b.svg"), "utf8")
    assert.match(svg, /viewBox="0 0 493 /)
    assert.include(svg, ">score, higher is better</text>")
  })

  it("tells a metric that was measured once from one that there is not, also where another evaluation has it in steps", async () => {
    const db = join(folder, "scopes.db")
    const work = Effect.flatMap(opened, Effect.fnUntraced(function*(journal) {
      const run = yield* beginRun(journal, "scopes")
      for (const [position, label] of ["loop", "found"].entries()) {
        const stage = yield* journal.openStage(stageOf(label, { name: label }))
        yield* journal.linkStage({ run, position, stage, label, reused: false })
        for (let step = 0; step < (label === "loop" ? 3 : 1); step++) yield* journal.commitStep(stage, stepOf(step, [["mAP", step]]))
        yield* journal.closeStage(stage, { output: yield* put(journal, label) })
      }
      yield* journal.closeRun(run, "done")
    }))
    await Effect.runPromise(Effect.provide(work, Store.layer({ file: db, objects: join(folder, "scopes", "objects") })))
    const draw = (metric: string) => assay(folder, "figure", "scopes", "--kind", "curve", "--metric", metric, "--db", db)
    assert.strictEqual((await draw("mAP")).code, 0)
    assert.include((await draw("found/mAP")).err, "scopes has no found/mAP over several steps yet")
    assert.include((await draw("found/map")).err, "no metric called \"found/map\". Did you mean")
  })

  it.each([
    [["--kind", "interval", "--metric", "scor"], 2, /no metric called "scor"\. Did you mean/],
    [["--kind", "pareto", "--metric", "score"], 2, /two --metric/],
    [["--kind", "curve", "--metric", "score"], 3, /no answer\/score over several steps/],
    [["--kind", "parts"], 3, /no parts of a reward over several steps/],
    [["--kind", "parts", "--metric", "reward"], 2, /no --metric/]
  ] as const)("says what is wrong with %j", async (words, exit, message) => {
    const { code, err } = await assay(folder, "figure", "tastes", ...words, "--out", "none.svg")
    assert.strictEqual(code, exit, err)
    assert.match(err, message)
    assert.isFalse(existsSync(join(folder, "none.svg")))
  })
})
