import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
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
