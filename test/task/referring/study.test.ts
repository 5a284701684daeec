/** A second task from data to table: trained on, evaluated beside detection, kept in runs.db. */
import { afterAll, assert, describe, it } from "vitest"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assay, temporary } from "../../cli/support.ts"
import { rows } from "../../integration/support.ts"

const { folder, remove } = temporary()
afterAll(remove)

const study = `
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Task, Update } from "assay"

const scenes = (split: "train" | "validation", count: number) => Data.shapes({ split, layout: "coco", count })
const prompts = Pipeline.from(Task.referring.expressions(scenes("train", 16))).pipe(
  Prompt.template(Prompt.standard, Task.referring.task)
)
const held = scenes("validation", 20)
const evaluation = Evaluate.referring({ data: Task.referring.expressions(held), limit: 4, maxTokens: 48 })

export default Experiment.make("refer", {
  question: "Does a detector that is paid for it learn to refer?",
  policy: Policy.tiny(),
  seeds: 1,
  references: { base: prompts.pipe(evaluation, Evaluate.detection({ data: held, mode: "positive", limit: 4, maxTokens: 48 })) },
  pipeline: () =>
    prompts.pipe(
      Pipeline.loop(
        { steps: 2, batch: 4, checkpointEvery: 2 },
        Rollout.sample({ groupSize: 4, maxTokens: 48 }),
        Reward.score(Reward.sum(Task.referring.overlap(), Reward.format())),
        Update.grpo({ learningRate: 1e-4 })
      ),
      evaluation,
      Evaluate.detection({ data: held, mode: "positive", limit: 4, maxTokens: 48 })
    ),
  table: { metrics: ["accuracy", "detection/mAP"] }
})
`

describe("a study of referring", () => {
  it("trains on it, and measures both it and detection, each with its own question", { tags: ["long"] }, async () => {
    writeFileSync(join(folder, "refer.ts"), study)
    const ended = await assay(folder, "run", "refer.ts")
    assert.strictEqual(ended.code, 0, ended.err)
    assert.match(ended.out, /variant\s+n\s+accuracy\s+detection\/mAP/)
    const finals = rows(
      folder,
      "SELECT metric, unit, better, counts FROM final_metric WHERE variant = 'refer' AND name IN ('accuracy', 'mAP') ORDER BY 1"
    )
    assert.deepStrictEqual(finals, [
      { metric: "detection/mAP", unit: "%", better: "higher", counts: "image" },
      { metric: "referring/accuracy", unit: "%", better: "higher", counts: "image" }
    ])
    const parts = rows(folder, "SELECT DISTINCT part FROM reward_part WHERE variant = 'refer' ORDER BY 1")
    assert.deepStrictEqual(parts.map(({ part }) => part), ["format", "overlap"])
    const [asked] = rows(
      folder,
      "SELECT sum(prompt LIKE '%this sentence describes%') AS refer, sum(prompt LIKE '%detect the following objects%') AS detect, " +
        "count(*) AS n FROM sample JOIN stage ON stage.id = sample.stage WHERE stage.kind = 'evaluate'"
    )
    assert.deepStrictEqual(asked, { refer: 8, detect: 8, n: 16 })
    const [boxes] = rows(folder, "SELECT count(*) AS n FROM box JOIN sample ON sample.id = box.sample WHERE role = 'true' AND label LIKE 'the %'")
    assert.strictEqual(boxes!["n"], 2 * 4 + 2 * 16, "one true box for each referring answer, held out or trained on")
  })
})
