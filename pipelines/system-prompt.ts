/** Where the request for tags stands (VLM-R1 findings, section 5.3): with the question, or in the system prompt. */
import { Evaluate, Experiment, Pipeline, Prompt, Reward, Rollout, Update } from "assay"
import { filtered, full, loop, optimizer, ovdevalPrompts, policy, rollout } from "./support/given.ts"

/** The built-in system prompt stays, and the request follows it. */
const added: Prompt.TemplateConfig = {
  name: "system-added",
  request: `You are a helpful assistant. ${Prompt.system.request}`,
  place: "system"
}

export default Experiment.make("system-prompt", {
  question: "Does the request for tags work as a system prompt?",
  policy,
  seeds: 3,
  axes: { request: { "user prompt": Prompt.enhanced, "system prompt": added, "replaces the built-in one": Prompt.system } },
  baseline: { request: "user prompt" },
  pipeline: ({ request }) =>
    ovdevalPrompts(request).pipe(
      Pipeline.loop(
        loop,
        Rollout.sample(rollout),
        Reward.score(Reward.sum(Reward.weightedSum(), Reward.format())),
        Update.grpo(optimizer)
      ),
      Evaluate.rise({ as: "format", of: "reward/format" }),
      Evaluate.detection(filtered)
    ),
  table: {
    rows: "request",
    metrics: ["format/start", "format/end", "format/risen", "format/firstStep", "detection/formatRate", "mAP"]
  },
  scales: { full }
})
