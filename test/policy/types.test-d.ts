/** What a policy that only samples must not be asked for. Each `@ts-expect-error` fails when the line below compiles. */
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Reward, Rollout, Update } from "assay"
import { parrot } from "./parrot.ts"

const data = Data.shapes({ split: "train", layout: "ovdeval", count: 1 })
const evaluation = Evaluate.detection({ data, mode: "positive" })
const prompts = Pipeline.from(data).pipe(Prompt.template(Prompt.standard))
const rollout = Rollout.sample({ groupSize: 2, maxTokens: 8 })
const loop = { steps: 1, batch: 1, checkpointEvery: 1 }
const grpo = Pipeline.loop(loop, rollout, Reward.score(Reward.ap()), Update.grpo({ learningRate: 1 }))
const sft = Pipeline.loop(loop, Update.sft({ learningRate: 1 }))
const external = Update.external({ trainer: "trl", steps: 1, batch: 1, groupSize: 2, maxTokens: 8, learningRate: 1, checkpointEvery: 1 }, Reward.ap())

const base = { question: "?", seeds: 1, table: { metrics: [] } } as const
const sampling = { ...base, policy: parrot({ says: "None" }) }

export const studies = () => {
  // it can be asked
  Experiment.make("asked", { ...sampling, pipeline: () => prompts.pipe(evaluation) })
  // @ts-expect-error it cannot be taught by rewards
  Experiment.make("grpo", { ...sampling, pipeline: () => prompts.pipe(grpo) })
  // @ts-expect-error nor by answers
  Experiment.make("sft", { ...sampling, pipeline: () => prompts.pipe(sft) })
  // @ts-expect-error nor by another program, which could not be given it
  Experiment.make("external", { ...sampling, pipeline: () => prompts.pipe(external) })
  // @ts-expect-error nor in a reference row
  Experiment.make("reference", { ...sampling, pipeline: () => prompts, references: { taught: prompts.pipe(grpo) } })
  // a local model can do both
  Experiment.make("local", { ...base, policy: Policy.tiny(), pipeline: () => prompts.pipe(sft, grpo, external, evaluation) })
  Experiment.make("axis", {
    ...base,
    axes: { policy: { tiny: Policy.tiny(), parrot: parrot({ says: "None" }) } },
    policy: ({ policy }) => policy,
    pipeline: (_) => prompts.pipe(evaluation)
  })
}

export const evaluations = () => {
  // @ts-expect-error detection is asked in one of two modes
  Evaluate.detection({ data })
  // @ts-expect-error a filter of something else
  Evaluate.detection({ data, mode: "positive", filter: prompts })
}
