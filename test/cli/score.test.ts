import { afterAll, assert, describe, it } from "vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assay, golden, start, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const read = (name: string) => JSON.parse(readFileSync(join(golden, name), "utf8"))

const parts = ["ap", "ap50", "odLength", "weightedSum", "repetition", "format"] as const

describe("assay score", () => {
  const rows: ReadonlyArray<{ completion: string; solution: string } & Record<(typeof parts)[number], number>> = read(
    "rewards.json"
  )
  const lines = rows.map(({ completion, solution }) => JSON.stringify({ completion, solution })).join("\n")

  it("agrees with the published code on every golden row, in order, from a file", async () => {
    writeFileSync(join(folder, "answers.jsonl"), lines)
    const { code, err, out } = await assay(folder, "score", "answers.jsonl", "--variant", "faithful")
    assert.deepStrictEqual([code, err], [0, ""])
    const scores = out.trim().split("\n").map((line) => JSON.parse(line))
    assert.strictEqual(scores.length, rows.length)
    for (const [i, row] of rows.entries()) {
      for (const part of parts) assert.approximately(scores[i][part], row[part], 1e-9, `row ${i}, ${part}`)
    }
  })

  it("reads stdin, and puts an error in the place of a bad row", async () => {
    const { code, out } = await start(
      folder,
      ["score", "-", "--rewards", "ap50,format"],
      `${lines.split("\n")[0]}\nnonsense\n`
    ).ended
    assert.strictEqual(code, 0)
    const [good, bad] = out.trim().split("\n").map((line) => JSON.parse(line))
    assert.deepStrictEqual(Object.keys(good), ["ap50", "format"])
    assert.include(bad.error, "line 2: not JSON")
  })

  it("names an unknown reward and a file that is not there", async () => {
    const [reward, file] = await Promise.all([
      assay(folder, "score", "-", "--rewards", "ap,iou"),
      assay(folder, "score", "absent.jsonl")
    ])
    assert.strictEqual(reward.code, 2)
    assert.include(reward.err, "\"iou\"")
    assert.include(reward.err, "weightedSum")
    assert.strictEqual(file.code, 3)
    assert.include(file.err, "absent.jsonl")
  })
})

describe("assay evaluate", () => {
  const [first] = read("coco-eval.json")
  const run = (...more: ReadonlyArray<string>) =>
    assay(folder, "evaluate", "--truth", "truth.json", "--detections", "found.json", ...more)

  it("gives the 12 COCO numbers and AP by category, before and after OVDEval's suppression", async () => {
    writeFileSync(join(folder, "truth.json"), JSON.stringify(first.groundTruth))
    writeFileSync(join(folder, "found.json"), JSON.stringify(first.detections))
    const plain = await run("--json")
    const { metrics, perCategoryAp, stats } = JSON.parse(plain.out)
    assert.strictEqual(metrics.mAP, stats[0])
    for (const [i, stat] of first.stats.entries()) assert.approximately(stats[i], stat, 1e-9, `stat ${i}`)
    for (const [id, ap] of Object.entries<number>(first.perCategoryAp)) {
      assert.approximately(perCategoryAp[id], ap, 1e-9, id)
    }
    const suppressed = JSON.parse((await run("--nms-ap", "--json")).out)
    for (const [i, stat] of first.nmsApStats.entries()) {
      assert.approximately(suppressed.stats[i], stat, 1e-9, `stat ${i}`)
    }
  })

  it("prints them for people", async () => {
    const { out } = await run()
    assert.match(out, /^mAP\s+AP\s+IoU 0\.50:0\.95\s+area all\s+100 detections\s+0\.2509\n/)
  })

  it("names the file and field of bad input", async () => {
    writeFileSync(
      join(folder, "bad.json"),
      JSON.stringify([{ image_id: 100, category_id: 1, bbox: [1, 2, 3], score: 1 }])
    )
    const { code, err } = await assay(folder, "evaluate", "--truth", "truth.json", "--detections", "bad.json")
    assert.strictEqual(code, 3)
    assert.include(err, "bad.json")
    assert.include(err, "bbox")
  })

  it("reads detections from stdin, and says on stderr what played no part", async () => {
    const strangers = [...first.detections, { ...first.detections[0], category_id: 12345 }]
    const words = ["evaluate", "--truth", "truth.json", "--detections", "-", "--json"]
    const { code, err, out } = await start(folder, words, JSON.stringify(strangers)).ended
    assert.strictEqual(code, 0)
    for (const [i, stat] of first.stats.entries()) assert.approximately(JSON.parse(out).stats[i], stat, 1e-9, `stat ${i}`)
    assert.match(err, /^assay: 1 of \d+ detections of stdin are of categories that the truth does not list, .* of category 12345\.\n$/)
    const empty = await start(folder, words, "").ended
    assert.deepStrictEqual([empty.code, empty.out], [3, ""])
    assert.include(empty.err, "stdin is not JSON (it is empty)")
  })

  it("says in its help that detections may come from stdin", async () => {
    assert.match((await assay(folder, "evaluate", "--help")).out, /--detections[^-]* - reads stdin/)
  })
})
