// @module-tag long
import { afterAll, assert, describe, it } from "vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { assay, assayBin, golden, start, temporary } from "./support.ts"

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

  const none = { completion: "<answer>None</answer>", solution: "<answer>None</answer>" }
  const scored = (rows: string, ...more: ReadonlyArray<string>) => {
    writeFileSync(join(folder, "rows.jsonl"), rows)
    return assay(folder, "score", "rows.jsonl", ...more)
  }
  const rowsOf = (out: string): ReadonlyArray<Record<string, unknown>> => out.trim().split("\n").map((line) => JSON.parse(line))

  it("splits rows at line feeds alone: U+2028 and U+2029 are text, a byte order mark and carriage returns are not", async () => {
    const separators = JSON.stringify({ ...none, id: 1, completion: "a\u2028b\u2029c\u0085d" })
    const ended = await scored(`\ufeff${separators}\r\n\r\n${JSON.stringify({ ...none, id: { row: 2 } })}`, "--rewards", "ap")
    assert.deepStrictEqual([ended.code, ended.err], [0, ""])
    assert.deepStrictEqual(rowsOf(ended.out), [{ id: 1, ap: 0 }, { id: { row: 2 }, ap: 1 }], "an id is passed through")
  })

  it("counts rows that cannot be read or scored on stderr, and exits with 3 where that is asked", async () => {
    const bad = [{ ...none, completion: null }, [none], { ...none, tokens: -1 }].map((row) => JSON.stringify(row))
    const rows = [JSON.stringify(none), ...bad, "{\"completion\":"].join("\n")
    const [lax, strict] = [await scored(rows), await scored(rows, "--strict")]
    assert.deepStrictEqual([lax.code, strict.code], [0, 3])
    assert.include(lax.err, "4 of 5 rows could not be read or scored")
    assert.include(strict.err, "4 of 5 rows could not be read or scored")
    assert.deepStrictEqual(rowsOf(lax.out).map((row) => "error" in row), [false, true, true, true, true])
  })

  it("says what cosine needs when a row lacks it", async () => {
    const ended = await scored(JSON.stringify(none), "--rewards", "cosine")
    assert.include(JSON.stringify(rowsOf(ended.out)[0]!["errors"]), "the field `tokens` of a row")
    const help = await assay(folder, "score", "--help")
    assert.include(help.out, "cosine needs tokens, the completion's length")
  })

  it("answers a line far too long with an error, in bounded memory", async () => {
    const wordy = function*() {
      yield `${JSON.stringify(none)}\n{"completion":"`
      for (let i = 0; i < 150; i++) yield "word and ".repeat(1 << 17) // 177 MB
      yield `","solution":""}\n${JSON.stringify(none)}\n`
    }
    const child = spawn(process.execPath, ["--max-old-space-size=256", assayBin, "score", "-", "--rewards", "ap,repetition"])
    Readable.from(wordy()).pipe(child.stdin)
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, "close")])
    const found = rowsOf(out)
    assert.deepStrictEqual([code, found.length], [0, 3])
    assert.match(String(found[1]!["error"]), /^line 2: longer than \d+ characters$/)
  })

  it("means everything in one object with --summary, and compares it with --fail-under", async () => {
    const three = [none, { ...none, completion: "no" }, { ...none, completion: null }].map((row) => JSON.stringify(row)).join("\n")
    const summary = await scored(three, "--rewards", "ap50,format", "--summary", "--fail-under", "ap50=0.5")
    assert.strictEqual(summary.code, 0, summary.err)
    assert.deepStrictEqual(JSON.parse(summary.out), { rows: 3, failed: 1, means: { ap50: 0.5, format: 0 } })
    const low = await scored(three, "--rewards", "ap50,format", "--fail-under", "ap50=0.6", "--fail-under", "format=0")
    assert.strictEqual(low.code, 1)
    assert.include(low.err, "ap50 is 0.5000, below 0.6.")
    const unknown = await scored(three, "--rewards", "ap50,format", "--fail-under", "ap5=0.6")
    assert.deepStrictEqual([unknown.code, unknown.out], [2, ""], "nobody waits for a score to learn that")
    assert.include(unknown.err, "Did you mean \"ap50\"?")
    const nothing = await scored("", "--rewards", "ap50", "--fail-under", "ap50=0")
    assert.strictEqual(nothing.code, 1)
    assert.include(nothing.err, "ap50 is not there, below 0.")
  })

  it("refuses two rewards whose scores would have one name, of which a row would hold one", async () => {
    writeFileSync(join(folder, "own.ts"), `
import { Reward } from ${JSON.stringify(join(import.meta.dirname, "../../src/index.ts"))}
import * as Schema from "effect/Schema"
export const ap = Reward.define({ name: "ap", module: import.meta.url, config: Schema.Struct({}), score: () => 1 })
`)
    const ended = await scored(JSON.stringify(none), "--rewards", "ap,./own.ts#ap")
    assert.deepStrictEqual([ended.code, ended.out], [2, ""])
    assert.include(ended.err, "--rewards names two scores \"ap\", and a row of them could not tell them apart")
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

  it("names every number, and compares those that it is asked to with --fail-under", async () => {
    const met = await run("--json", "--fail-under", "mAP=0.25")
    assert.strictEqual(met.code, 0, met.err)
    const { metrics, stats } = JSON.parse(met.out)
    assert.deepStrictEqual(Object.values(metrics), stats.map((stat: number) => stat < 0 ? null : stat), "null: nothing to find")
    const missed = await run("--json", "--fail-under", "mAP=0.9", "--fail-under", "AP50=0.01")
    assert.deepStrictEqual([missed.code, missed.out], [1, met.out])
    assert.match(missed.err, /^assay: mAP is 0\.2509, below 0\.9\.$/m)
    const unknown = await run("--fail-under", "map=0.9")
    assert.deepStrictEqual([unknown.code, unknown.out], [2, ""])
    assert.include(unknown.err, "Did you mean \"mAP\"")
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
