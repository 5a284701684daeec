/** A row of a table has one state of a study, whatever seeds were run of which, and on which machine. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "vitest"
import { assay, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const study = (scale: number) => `
import { Experiment, Pipeline } from "assay"
import * as Toy from "${fileURLToPath(new URL("../pipeline/toy.ts", import.meta.url))}"

export default Experiment.make("states", {
  question: "Which state?",
  policy: Toy.vector({ size: 4 }),
  seeds: 3,
  pipeline: () =>
    Pipeline.from(Toy.count({ to: 10 })).pipe(
      Toy.ask({ scale: ${scale} }),
      Pipeline.loop({ steps: 2, batch: 3, checkpointEvery: 2 }, Toy.sample({ groupSize: 2 }), Toy.score(Toy.low({ sharpness: 2 })), Toy.climb({ rate: 0.1 })),
      Toy.measure({ mode: "sum" })
    ),
  table: { metrics: ["score"] }
})
`

/** A machine of its own, with the study in some state. */
const machine = (name: string) => {
  const place = join(folder, name)
  mkdirSync(place)
  const run = async (...args: ReadonlyArray<string>) => {
    const { code, err, out } = await assay(place, ...args)
    assert.strictEqual(code, 0, err)
    return out
  }
  const seeds = async () => {
    const rows = JSON.parse(await run("sql", "SELECT seed FROM final_metric WHERE metric = 'measure/score' ORDER BY seed", "--json"))
    return (rows as ReadonlyArray<{ readonly seed: number }>).map(({ seed }) => seed)
  }
  return { place, run, seeds, edit: (scale: number) => writeFileSync(join(place, "study.ts"), study(scale)) }
}

describe("one row of a table", () => {
  const [here, there] = [machine("here"), machine("there")]

  it("has the seeds of the state that was run last, and of no other", { tags: ["long"] }, async () => {
    here.edit(0.5)
    await here.run("run", "study.ts")
    await here.run("run", "study.ts", "--seeds", "3..3")
    assert.deepStrictEqual(await here.seeds(), [0, 1, 2, 3])
    here.edit(0.25)
    await here.run("run", "study.ts", "--seeds", "1..1")
    assert.deepStrictEqual(await here.seeds(), [1])
    here.edit(0.5)
    await here.run("run", "study.ts")
    assert.deepStrictEqual(await here.seeds(), [0, 1, 2])
  })

  it("has the seeds of another machine where these are of its state", { tags: ["long"] }, async () => {
    there.edit(0.25)
    await there.run("run", "study.ts", "--seeds", "4..5")
    await there.run("pack", "states", "other.pack")
    const said = await here.run("unpack", join(there.place, "other.pack"))
    assert.include(said, "2 runs of them are of another state of the study than what is here")
    assert.deepStrictEqual(await here.seeds(), [0, 1, 2])
    there.edit(0.5)
    await there.run("run", "study.ts", "--seeds", "6..6")
    await there.run("pack", "states", "same.pack")
    await here.run("unpack", join(there.place, "same.pack"))
    assert.deepStrictEqual(await here.seeds(), [0, 1, 2, 6])
  })
})
