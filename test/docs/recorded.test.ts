/** The page about recorded answers: its study runs as it stands, on files in the layout that it names. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, assert, describe, it } from "vitest"
import * as Policy from "../../src/policy/index.ts"
import { assay, temporary } from "../cli/support.ts"

const page = readFileSync("docs/how-to/recorded.md", "utf8")
const { folder, remove } = temporary()
afterAll(remove)

describe("docs/how-to/recorded.md", () => {
  it("names every layout of logs", () => {
    for (const name of Object.keys(Policy.logs)) assert.include(page, `| \`Policy.logs.${name}\` |`)
  })

  it("has a study that judges two logs, with intervals over images", { tags: ["long"] }, async () => {
    mkdirSync(join(folder, "pictures"))
    await sharp({ create: { width: 60, height: 40, channels: 3, background: "#808080" } }).png().toFile(join(folder, "pictures", "0.png"))
    const things = ["cat", "dog", "cup", "hat"]
    const question = (thing: string) => `Please provide the bounding box coordinate of the region this sentence describes: ${thing}.`
    const rows = things.map((thing, i) => ({ image: "0.png", normal_caption: thing, problem: question(thing), solution: [i, 0, i + 20, 20] }))
    const log = (right: number) => ({
      results: things.map((thing, i) => ({
        question: question(thing),
        model_output: i < right ? `<think></think><answer>{"bbox_2d": [${i}, 0, ${i + 20}, 20]}</answer>` : "Nowhere."
      }))
    })
    const files = { "refcoco_val.json": rows, "base.json": log(1), "rl.json": log(3) }
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content))
    writeFileSync(join(folder, "logs.ts"), /```ts\n([^]*?)```/.exec(page)![1]!)
    const ran = await assay(folder, "run", "logs.ts", "--json")
    assert.strictEqual(ran.code, 0, ran.err)
    const cells = JSON.parse(ran.out).table.rows.map((row: { cells: Array<{ measured: { mean: number } }> }) => row.cells.map(({ measured }) => measured.mean))
    assert.deepStrictEqual(cells, [[25, 0.25], [75, 0.75]])
    const spread = await assay(folder, "bootstrap", "published-logs", "--metric", "accuracy", "--resamples", "100", "--json")
    assert.strictEqual(spread.code, 0, spread.err)
    assert.include(spread.out, "RL")
  })
})
