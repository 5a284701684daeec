import Database from "better-sqlite3"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assay, type Ended, study, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

let first: Ended
beforeAll(async () => {
  first = await assay(folder, "run", study, "--seeds", "1")
  assert.strictEqual(first.code, 0, first.err)
})

describe("pictures that cannot be written", () => {
  const samples = join(folder, "samples")
  const blocked: { readonly [what: string]: () => void } = {
    "a file where their folder would be": () => writeFileSync(samples, ""),
    "a folder where one of them would be": () => mkdirSync(join(samples, "tastes", "learning-curve.png"), { recursive: true })
  }

  it.each(Object.keys(blocked))("hide no table and fail nothing: %s", { tags: ["long"] }, async (what) => {
    rmSync(samples, { recursive: true, force: true })
    blocked[what]!()
    const { code, err, out } = await assay(folder, "run", study, "--seeds", "1")
    assert.deepStrictEqual([code, out], [0, first.out])
    assert.match(err, /^No pictures: E\w+: /m)
    assert.notInclude(err, "Something broke")
  })
})

describe("a run of which every part failed", () => {
  it("prints no empty table: the reason comes last, with what to look at next", { tags: ["long"] }, async () => {
    const toy = fileURLToPath(new URL("../pipeline/toy.ts", import.meta.url))
    writeFileSync(join(folder, "broken.ts"), `
      import { Experiment, Pipeline } from "assay"
      import * as Toy from "${toy}"
      export default Experiment.make("broken", {
        question: "?", policy: Toy.vector({ size: 2 }), seeds: 2, table: { metrics: [] },
        pipeline: () => Pipeline.from(Toy.count({ to: 10 })).pipe(Toy.ask({ scale: 1 }), Pipeline.loop(
          { steps: 1, batch: 2, checkpointEvery: 1 },
          Toy.sample({ groupSize: 2 }), Toy.score(Toy.low({ sharpness: 1 })), Toy.breakAt({ message: "the rope broke" })))
      })`)
    const { code, err, out } = await assay(folder, "run", "broken.ts")
    assert.deepStrictEqual([code, out], [1, ""])
    const lines = err.trimEnd().split("\n")
    const end = ["assay: 2 of 2 runs failed; the same command tries them again.", "  broken · seed 0 and 1 more: the rope broke"]
    assert.deepStrictEqual(lines.slice(-3, -1), end)
    assert.match(lines.at(-1)!, /^Next: assay show \d+$/)
  })
})

describe("assay samples --out", () => {
  it("writes into its folder, whatever a stage is called", async () => {
    const database = new Database(join(folder, "runs.db"))
    database.exec("UPDATE run_stage SET label = 'x/../../../escaped' WHERE label = 'answer'")
    database.close()
    const entries = () => readdirSync(folder).filter((name) => !name.startsWith("runs.db")).sort()
    const before = entries()
    const { code, err, out } = await assay(folder, "samples", "1", "--limit", "1", "--out", "a/b/drawn", "--json")
    assert.strictEqual(code, 0, err)
    assert.deepStrictEqual(entries(), ["a", ...before].sort())
    assert.deepStrictEqual(readdirSync(join(folder, "a/b")), ["drawn"])
    const [{ picture }] = JSON.parse(out)
    assert.isTrue(existsSync(join(folder, picture)) && picture.startsWith("a/b/drawn/"))
    assert.deepStrictEqual([...readFileSync(join(folder, picture)).subarray(1, 4)], [...Buffer.from("PNG")])
  })
})
