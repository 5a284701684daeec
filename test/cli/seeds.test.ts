/** A study whose seeds follow a rule, through the command and its database. */
// @module-tag long
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "vitest"
import { assay, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const study = `
import { Experiment, Pipeline, Seeds } from "assay"
import * as Toy from "${fileURLToPath(new URL("../pipeline/toy.ts", import.meta.url))}"

export default Experiment.make("until", {
  question: "Which taste climbs higher?",
  policy: Toy.vector({ size: 4 }),
  seeds: Seeds.until({ metric: "score", width: 1e-9, max: 4 }),
  axes: { taste: { low: Toy.low({ sharpness: 2 }), high: Toy.high({ sharpness: 1 }) } },
  baseline: { taste: "low" },
  pipeline: ({ taste }) =>
    Pipeline.from(Toy.count({ to: 10 })).pipe(
      Toy.ask({ scale: 0.5 }),
      Pipeline.loop({ steps: 2, batch: 3, checkpointEvery: 2 }, Toy.sample({ groupSize: 2 }), Toy.score(taste), Toy.climb({ rate: 0.1 })),
      Toy.measure({ mode: "sum" })
    ),
  table: { rows: "taste", metrics: ["score"] }
})
`

describe("Seeds.until", () => {
  it("runs a round after the other, says so in the table, and has nothing to do the second time", async () => {
    writeFileSync(join(folder, "until.ts"), study)
    const first = await assay(folder, "run", "until.ts")
    assert.strictEqual(first.code, 0, first.err)
    assert.include(first.err, "until: 6 runs, ")
    assert.include(first.err, "until: 8 runs, ", "three seeds left it open, and four are the most")
    assert.match(first.out, /high\s+4 /)
    assert.include(first.out, "intervals and p of differences hold at all 2 looks at them together")
    const again = await assay(folder, "run", "until.ts")
    assert.include(again.err, "all 8 runs are finished already")
    const planned = JSON.parse((await assay(folder, "plan", "until.ts", "--json")).out)
    assert.strictEqual(planned.runs.length, 8)
    assert.strictEqual(planned.counts.runs, 0)
  })
})
