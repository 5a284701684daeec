/** What is stored, judged again: nothing differs until somebody alters it. */
// @module-tag long
import Database from "better-sqlite3"
import { copyFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assay, study as tastes, temporary } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const study = `
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "assay"

const held = Data.shapes({ split: "validation", layout: "coco", count: 12 })
const prompts = Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 16 })).pipe(Prompt.template(Prompt.enhanced))
const evaluation = Evaluate.detection({ data: held, mode: "positive", reward: Reward.weightedSum(), maxTokens: 64 })

export default Experiment.make("verified", {
  question: "Does it follow?",
  policy: Policy.tiny(),
  seeds: 2,
  axes: { reward: { AP: Reward.ap(), both: Reward.sum(Reward.weightedSum(), Reward.cosine()) } },
  baseline: { reward: "AP" },
  references: { base: prompts.pipe(evaluation) },
  pipeline: ({ reward }) =>
    prompts.pipe(
      Pipeline.loop(
        { steps: 2, batch: 2, checkpointEvery: 2 },
        Rollout.sample({ groupSize: 2, maxTokens: 48 }),
        Reward.score(Reward.sum(reward, Reward.format())),
        Update.grpo({ learningRate: 1e-4 }),
        Pipeline.every(1, Evaluate.referring({ as: "watch", data: Task.referring.expressions(held), limit: 4, maxTokens: 32 }))
      ),
      evaluation
    ),
  table: { rows: "reward", metrics: ["detection/mAP", "recall@0.5"] },
  scales: { short: { "loop.steps": 1 } }
})
`

/** An answer of an evaluation at the end of a run. */
const answered = "(SELECT max(c.id) FROM completion c JOIN run_stage rs ON rs.stage = c.stage JOIN run r ON r.id = rs.run " +
  "JOIN experiment e ON e.id = r.experiment WHERE e.name = 'verified' AND rs.label = 'detection')"

/** Runs SQL on a copy of the database, and verifies the copy. */
const altered = async (name: string, sql: string) => {
  copyFileSync(join(folder, "runs.db"), join(folder, name))
  const db = new Database(join(folder, name))
  assert.isAbove(db.prepare(sql).run().changes, 0, sql)
  db.close()
  return assay(folder, "verify", "verified", "--db", name)
}

beforeAll(async () => {
  writeFileSync(join(folder, "study.ts"), study)
  const ran = await assay(folder, "run", "study.ts")
  assert.strictEqual(ran.code, 0, ran.err)
  assert.include(ran.out, "Settings of detection: data shapes(")
  const checkpoint = new Database(join(folder, "runs.db"))
  checkpoint.pragma("wal_checkpoint(TRUNCATE)")
  checkpoint.close()
})

describe("assay verify", () => {
  it("judges every completion again, of evaluations, of those nested in a loop and of training steps, and finds the same", async () => {
    const { code, err, out } = await assay(folder, "verify", "verified", "--json")
    assert.strictEqual(code, 0, err)
    const { compared, completions, differing, evaluations, left, mismatches, steps } = JSON.parse(out)
    assert.deepStrictEqual([differing, mismatches], [0, []])
    // five runs of detection (the base model's is shared), two steps of watching and of training in each of four runs
    assert.deepStrictEqual([evaluations, steps], [5 + 4 * 2, 4 * 2])
    assert.isAbove(completions, 5 * 10 + 4 * 2 * 4 + 4 * 2 * 4 - 1)
    assert.isAbove(compared, 2000)
    const names = left.map(({ what }: { what: string }) => what)
    assert.includeMembers(names, ["loop/loss", "loop/kl", "loop/gradientNorm"])
    assert.notInclude(names.join(" "), "/reward", "all of scoring was computed again")
    const limits = ["detection/maxPixels", "detection/minPixels", "watch/maxPixels", "watch/minPixels"]
    assert.sameMembers(names.filter((name: string) => /detection|watch/.test(name)), limits, "all but what the policy alone knows")
  })

  it("says it in words, and what it could not compute", async () => {
    const { out } = await assay(folder, "verify", "verified")
    assert.match(out, /^verified: [\d,]+ numbers recomputed from \d+ completions of 13 evaluations and 8 training steps; all are as they are stored\./)
    assert.match(out, /Not recomputed:\n[^]*loop\/loss +8 {2}it does not follow/)
  })

  it("judges the evaluations of a group again, and their averages, also after a mixture", async () => {
    const grouped = `
      import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt } from "assay"
      const scenes = (count: number) => Data.shapes({ split: "validation", layout: "coco", count })
      const asked = Pipeline.from(scenes(4)).pipe(Prompt.template(Prompt.enhanced))
      const held = (as: string, count: number) => Evaluate.detection({ as, data: scenes(count), mode: "positive", maxTokens: 64 })
      export default Experiment.make("grouped", {
        question: "?",
        policy: Policy.tiny(),
        seeds: 1,
        pipeline: () =>
          Pipeline.from(Data.mix({ parts: { asked }, ratios: { asked: 1 } })).pipe(
            Evaluate.groups({ as: "set", averages: { pair: ["one", "two"], average: ["pair", "three"] } }, held("one", 2), held("two", 3), held("three", 4))
          ),
        table: { metrics: ["set/average/mAP"] }
      })`
    writeFileSync(join(folder, "grouped.ts"), grouped)
    const ran = await assay(folder, "run", "grouped.ts")
    assert.strictEqual(ran.code, 0, ran.err)
    assert.match(ran.out.replaceAll(/\s+/g, " "), /Settings of set\/average: averaging plain mean of pair, three,[^.]*prompt enhanced/)
    const { code, err, out } = await assay(folder, "verify", "grouped", "--json")
    assert.strictEqual(code, 0, err)
    const { differing, evaluations, left } = JSON.parse(out)
    assert.deepStrictEqual([differing, evaluations], [0, 3])
    assert.deepStrictEqual(left.filter(({ what }: { what: string }) => what.startsWith("set/average")), [])
  })

  it("leaves training steps whose reward reads the question or its columns, which are not stored", async () => {
    writeFileSync(join(folder, "reading.ts"), `
      import { Data, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
      import * as Schema from "effect/Schema"
      export const wide = Reward.define({
        name: "wide",
        module: import.meta.url,
        config: Schema.Struct({}),
        score: (_, { prompt }) => prompt === undefined ? 0 : prompt.image.width
      })
      export const known = Reward.define({
        name: "known",
        module: import.meta.url,
        config: Schema.Struct({}),
        score: (_, { columns }) => Object.keys(columns ?? {}).length
      })
      export default Experiment.make("reading", {
        question: "?",
        policy: Policy.tiny(),
        seeds: 1,
        axes: { reward: { prompt: Reward.sum(Reward.ap(), wide()), columns: known(), texts: Reward.ap() } },
        pipeline: ({ reward }) =>
          Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", count: 4 })).pipe(
            Prompt.template(Prompt.enhanced),
            Pipeline.loop({ steps: 1, batch: 2, checkpointEvery: 1 }, Rollout.sample({ groupSize: 2, maxTokens: 8 }), Reward.score(reward), Update.grpo({ learningRate: 1e-4 }))
          ),
        table: { metrics: ["loop/reward"] }
      })`)
    const ran = await assay(folder, "run", "reading.ts")
    assert.strictEqual(ran.code, 0, ran.err)
    const { code, err, out } = await assay(folder, "verify", "reading", "--json")
    assert.strictEqual(code, 0, err)
    const { differing, left, steps } = JSON.parse(out)
    assert.deepStrictEqual([differing, steps], [0, 1])
    const [asked] = left.filter(({ what }: { what: string }) => what.startsWith("completions of"))
    assert.deepStrictEqual(asked, { what: "completions of loop", numbers: 2 * 4, why: "its reward reads the question, which is not stored" })
  })

  it("knows overrides and scales from what was stored", async () => {
    const ran = await assay(folder, "run", "study.ts", "--scale", "short", "--set", "sample.maxTokens=24", "--only", "reward=both", "--seeds", "1")
    assert.strictEqual(ran.code, 0, ran.err)
    const name = JSON.parse((await assay(folder, "list", "short", "--json")).out)[0].name
    const { code, err } = await assay(folder, "verify", name)
    assert.strictEqual(code, 0, err)
  })

  it.each([
    ["a completion", `UPDATE completion SET completion = '<think>.</think><answer>None</answer>' WHERE id = ${answered}`, "detection, step 0, answer"],
    ["a reward", "UPDATE sample_reward SET value = value + 0.5 WHERE sample = 9 AND ordinal = 0", "reward"],
    ["a box", `UPDATE box SET x1 = x1 + 1 WHERE sample = ${answered} AND ordinal = 0`, "box 0 x1"],
    ["a metric", "UPDATE metric SET value = value + 1 WHERE key = (SELECT id FROM metric_key WHERE name = 'mAP')", "detection, step 0, mAP"],
    ["what tables are made of", "UPDATE last_value SET value = value + 1 WHERE key = (SELECT id FROM metric_key WHERE name = 'mAP')", "as tables have it"],
    ["a sum that a view reads", "UPDATE step_reward SET mean = mean + 1", "part"],
    ["a true answer", "UPDATE text SET content = content || ' ' WHERE id = (SELECT solution FROM completion ORDER BY id DESC LIMIT 1)", "solution"]
  ])("exits with 4 and names the first difference when somebody altered %s", async (what, sql, words) => {
    const { code, err } = await altered(`${what.replaceAll(" ", "-")}.db`, sql)
    assert.strictEqual(code, 4, err)
    assert.match(err, /^assay: [\d,]+ of [\d,]+ numbers differ\. The first: (base|AP|both) · seed \d, /)
    assert.include(err, words)
  })

  it("needs the study's file, wherever it is, and the right one", async () => {
    renameSync(join(folder, "study.ts"), join(folder, "moved.ts"))
    const gone = await assay(folder, "verify", "verified")
    assert.strictEqual(gone.code, 3)
    assert.include(gone.err, "study.ts")
    assert.include(gone.err, "--file")
    const found = await assay(folder, "verify", "verified", "--file", "moved.ts")
    assert.strictEqual(found.code, 0, found.err)
    const wrong = await assay(folder, "verify", "verified", "--file", tastes)
    assert.strictEqual(wrong.code, 3)
    assert.include(wrong.err, "declares the study tastes, not verified")
    renameSync(join(folder, "moved.ts"), join(folder, "study.ts"))
  })

  it("says so where the study has changed, or nothing can be judged", async () => {
    writeFileSync(join(folder, "changed.ts"), study.replace("Reward.ap()", "Reward.ap50()"))
    const changed = await assay(folder, "verify", "verified", "--file", "changed.ts", "--json")
    const left = JSON.parse(changed.out).left as ReadonlyArray<{ readonly why: string }>
    assert.isTrue(left.some(({ why }) => why.includes("where it ran with ap, the study has ap50 by now")), changed.out)
    const ran = await assay(folder, "run", tastes, "--seeds", "1")
    assert.strictEqual(ran.code, 0, ran.err)
    const nothing = await assay(folder, "verify", "tastes")
    assert.strictEqual(nothing.code, 3, nothing.err)
    assert.include(nothing.out, "it asks more of the policy than answers")
  })
})

describe("assay power", () => {
  it("says how many seeds a difference needs", async () => {
    const { code, err, out } = await assay(folder, "power", "verified", "--metric", "mAP", "--difference", "0.5", "--json")
    assert.strictEqual(code, 0, err)
    const { metric, rows } = JSON.parse(out)
    assert.deepStrictEqual(metric, { scope: "detection", name: "mAP", unit: "%" })
    assert.deepStrictEqual(rows.map(({ n, to, variant }: { n: number; to: string; variant: string }) => [variant, to, n]), [["both", "AP", 2]])
    const seeds = async (name: string) => (await assay(folder, "power", "verified", "--metric", name, "--difference", "1e9")).out
    assert.match(await seeds("loop/entropy"), /both +AP +2 .* 3\n/, "three seeds are the fewest that anything is judged by")
    const same = await seeds("detection/mAP")
    assert.match(same, /both +AP +2 +0 +- +-\n/, "this model finds nothing, whatever it is trained by")
    assert.include(same, "there is no spread to reckon with")
  })

  it("refuses what it cannot answer", async () => {
    const ask = (...more: ReadonlyArray<string>) => assay(folder, "power", "verified", ...more)
    const [none, zero, unknown] = await Promise.all([
      ask("--metric", "meanIoU", "--difference", "0"),
      ask("--metric", "mAP", "--difference", "-1"),
      ask("--metric", "nAP", "--difference", "1")
    ])
    assert.deepStrictEqual([none.code, zero.code, unknown.code], [2, 2, 2])
    assert.include(none.err, "above 0")
    assert.include(unknown.err, "Did you mean")
  })
})

describe("assay bootstrap", () => {
  it("measures the stored answers again on images drawn with repetition", async () => {
    const { code, err, out } = await assay(folder, "bootstrap", "verified", "--metric", "mAP", "--resamples", "100", "--json")
    assert.strictEqual(code, 0, err)
    const { rows } = JSON.parse(out)
    assert.deepStrictEqual(rows.map(({ seed, to, variant }: { seed: number; to: string; variant: string }) => [variant, to, seed]), [
      ["base", "AP", 0],
      ["base", "AP", 1],
      ["both", "AP", 0],
      ["both", "AP", 1]
    ])
    const [stored] = JSON.parse((await assay(folder, "sql", `SELECT a.value - b.value AS delta FROM final_metric a JOIN final_metric b
      ON b.seed = a.seed AND b.metric = a.metric WHERE a.variant = 'both' AND b.variant = 'AP' AND a.seed = 0 AND a.name = 'mAP'`, "--json")).out)
    assert.approximately(rows[2].delta, stored.delta, 1e-9, "of all images it is the difference of the runs")
    for (const { delta, high, low } of rows) assert.isTrue(low <= delta && delta <= high)
    const form = await assay(folder, "bootstrap", "verified", "--metric", "detection/formatRate", "--resamples", "100")
    assert.strictEqual(form.code, 3)
    assert.include(form.err, "no metric of a task")
  })
})

describe("assay bootstrap of a study with a gap", () => {
  it("names the rows that it leaves out, and why", async () => {
    copyFileSync(join(folder, "runs.db"), join(folder, "gap.db"))
    const db = new Database(join(folder, "gap.db"))
    db.exec("UPDATE run SET status = 'failed' WHERE variant = 'AP' AND seed = 1 AND experiment = (SELECT id FROM experiment WHERE name = 'verified')")
    db.close()
    const ask = ["bootstrap", "verified", "--metric", "mAP", "--resamples", "100", "--db", "gap.db"]
    const { code, err, out } = await assay(folder, ...ask, "--json")
    assert.strictEqual(code, 0, err)
    const { left, rows } = JSON.parse(out)
    const why = "AP has no finished run of this seed"
    assert.deepStrictEqual(left, [{ variant: "base", seed: 1, why }, { variant: "both", seed: 1, why }])
    assert.lengthOf(rows, 2)
    assert.include((await assay(folder, ...ask)).out, `Left out:\n  base, seed 1: ${why}\n  both, seed 1: ${why}\n`)
  })
})

describe("assay table", () => {
  it("puts several experiments into one", async () => {
    const ran = await assay(folder, "run", tastes, "--seeds", "1")
    assert.strictEqual(ran.code, 0, ran.err)
    const { code, err, out } = await assay(folder, "table", "verified", "tastes", "--format", "csv")
    assert.strictEqual(code, 0, err)
    assert.include(out, "verified + tastes,verified: AP,baseline,detection/mAP")
    assert.include(out, "verified + tastes,tastes: high,variant,answer/score")
    const unknown = await assay(folder, "table", "verified", "taste")
    assert.strictEqual(unknown.code, 2)
  })
})
