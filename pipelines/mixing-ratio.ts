/** Mixtures of detection, region labels and counting: what does each task gain or lose? (VLM-R1 findings, future work.) */
import { Data, Evaluate, Experiment, Filter, Pipeline, Prompt, Reward, Rollout, Task, Update } from "assay"
import { cocoTrain, cocoValidation, countingTrain, countingValidation, filtered, full, loop, optimizer, policy, rollout } from "./support/given.ts"

const parts = {
  detection: Pipeline.from(cocoTrain).pipe(Filter.pos3(), Prompt.template(Prompt.enhanced)),
  region: Pipeline.from(Task.region.choices(cocoTrain)).pipe(Prompt.template(Prompt.enhanced, Task.region.task)),
  counting: Pipeline.from(countingTrain).pipe(Prompt.template(Prompt.enhanced, Task.counting.task))
}

const mixed = (detection: number, region: number, counting: number) => Data.mix({ parts, ratios: { detection, region, counting } })

const reward = Reward.byTask({
  detection: Reward.sum(Reward.ap(), Reward.format()),
  region: Reward.sum(Reward.regionAccuracy(), Reward.format()),
  counting: Reward.sum(Reward.countingAccuracy(), Reward.format())
})

export default Experiment.make("mixing-ratio", {
  question: "Which mixture of tasks serves all of them?",
  policy,
  seeds: 3,
  axes: {
    "detection : region : counting": {
      "1 : 0 : 0": mixed(1, 0, 0),
      "2 : 1 : 1": mixed(2, 1, 1),
      "1 : 1 : 1": mixed(1, 1, 1),
      "0 : 1 : 1": mixed(0, 1, 1)
    }
  },
  baseline: { "detection : region : counting": "1 : 0 : 0" },
  pipeline: (cell) =>
    Pipeline.from(cell["detection : region : counting"]).pipe(
      Pipeline.loop(loop, Rollout.sample(rollout), Reward.score(reward), Update.grpo(optimizer)),
      Evaluate.detection({ ...filtered, template: Prompt.enhanced }),
      Evaluate.region({ data: Task.region.choices(cocoValidation), template: Prompt.enhanced }),
      Evaluate.counting({ data: countingValidation, template: Prompt.enhanced })
    ),
  table: {
    rows: "detection : region : counting",
    metrics: ["mAP", "precision@0.5", "recall@0.5", "region/accuracy", "counting/accuracy"]
  },
  scales: { full }
})
