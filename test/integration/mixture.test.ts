/** Three tasks in one mixture, from data to table: trained on by answers and by rewards, each evaluated. */
import { afterAll, assert, describe, it } from "vitest"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assay, temporary } from "../cli/support.ts"
import { rows } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const study = `
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "assay"

const scenes = (split: "train" | "validation", count: number) => Data.shapes({ split, layout: "coco", count })
const train = scenes("train", 24)
const held = scenes("validation", 12)

const parts = {
  detection: Pipeline.from(train).pipe(Prompt.template(Prompt.enhanced)),
  region: Pipeline.from(Task.region.choices(train)).pipe(Prompt.template(Prompt.standard, Task.region.task)),
  counting: Pipeline.from(Task.counting.questions(train, { absent: 0.2 })).pipe(Prompt.template(Prompt.standard, Task.counting.task))
}
const tasks = [
  Evaluate.detection({ data: held, mode: "positive", limit: 4, maxTokens: 48 }),
  Evaluate.region({ data: Task.region.choices(held), limit: 4, maxTokens: 48 }),
  Evaluate.counting({ data: Task.counting.questions(held), limit: 4, maxTokens: 48 })
] as const

export default Experiment.make("mixed", {
  question: "Do three tasks go together?",
  policy: Policy.tiny(),
  seeds: 1,
  axes: {
    mix: {
      "detection": { detection: 1, region: 0, counting: 0 },
      "all": { detection: 2, region: 1, counting: 1 }
    }
  },
  baseline: { mix: "detection" },
  pipeline: ({ mix }) =>
    Pipeline.from(Data.mix({ parts, ratios: mix })).pipe(
      Pipeline.loop({ steps: 2, batch: 8, checkpointEvery: 2 }, Update.sft({ learningRate: 1e-4 })),
      Pipeline.loop(
        { steps: 2, batch: 8, checkpointEvery: 2 },
        Rollout.sample({ groupSize: 2, maxTokens: 48 }),
        Reward.score(Reward.byTask({
          detection: Reward.sum(Reward.weightedSum(), Reward.format()),
          region: Reward.sum(Reward.regionAccuracy(), Reward.format()),
          counting: Reward.sum(Reward.countingAccuracy(), Reward.format())
        })),
        Update.grpo({ learningRate: 1e-4 })
      ),
      ...tasks
    ),
  table: { rows: "mix", metrics: ["detection/mAP", "region/accuracy", "counting/accuracy", "meanAbsoluteError", "duplicateShare"] }
})
`

describe("a study of a mixture", () => {
  it("trains on several tasks in one batch, each by its own reward, and measures them all", { tags: ["long"], timeout: 180_000 }, async () => {
    writeFileSync(join(folder, "mixed.ts"), study)
    const ended = await assay(folder, "run", "mixed.ts")
    assert.strictEqual(ended.code, 0, ended.err)
    const parts = rows(
      folder,
      "SELECT variant, group_concat(DISTINCT part ORDER BY part) AS parts FROM reward_part WHERE stage = 'loop#2' GROUP BY variant ORDER BY 1"
    )
    assert.deepStrictEqual(parts, [
      { variant: "all", parts: "countingAccuracy,format,regionAccuracy,weightedSum" },
      { variant: "detection", parts: "format,weightedSum" }
    ])
    const [errors] = rows(folder, "SELECT sum(errors) AS errors FROM reward_part")
    assert.strictEqual(errors!["errors"], 0)
    // sampled completions of the variant "all": which question each answered, batch by batch
    const [asked] = rows(
      folder,
      "SELECT count(*) AS n, sum(prompt LIKE '%detect the following objects%') AS detection, sum(prompt LIKE '%from the following options%') AS region, " +
        "sum(prompt LIKE '%How many%') AS counting FROM sample JOIN run_stage USING (stage) JOIN run ON run.id = run_stage.run " +
        "WHERE run.variant = 'all' AND run_stage.label = 'loop#2'"
    )
    const { counting, detection, n, region } = asked as { readonly [what: string]: number }
    assert.strictEqual(n, 32)
    assert.strictEqual(detection! + region! + counting!, 32)
    assert.isTrue(region! > 0 && counting! > 0, JSON.stringify(asked))
    const finals = rows(
      folder,
      "SELECT metric, count(value) AS n FROM final_metric WHERE name IN ('accuracy', 'mAP', 'evaluationSize') GROUP BY 1 ORDER BY 1"
    )
    assert.deepStrictEqual(finals, [
      "counting/accuracy",
      "counting/evaluationSize",
      "detection/evaluationSize",
      "detection/mAP",
      "region/accuracy",
      "region/evaluationSize"
    ].map((metric) => ({ metric, n: 2 })))
    const [boxes] = rows(
      folder,
      "SELECT count(*) AS n FROM box JOIN sample ON sample.id = box.sample WHERE role = 'true' AND sample.prompt LIKE '%from the following options%'"
    )
    assert.strictEqual(boxes!["n"], 2 * 4 + region!, "one true box for each region answer, held out or trained on")
    const again = await assay(folder, "run", "mixed.ts")
    assert.deepStrictEqual([again.code, again.out], [0, ended.out])
  })

  it("draws what it made before again when a later stage is new and its pictures are gone", { tags: ["long"], timeout: 180_000 }, async () => {
    rmSync(join(folder, ".assay", "workspace"), { recursive: true, force: true })
    const ended = await assay(folder, "run", "mixed.ts", "--set", "grpo.learningRate=2e-4")
    assert.strictEqual(ended.code, 0, ended.err)
  })
})
