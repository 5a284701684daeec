/** What trainers that rest on that of Transformers are told alike. */
import type { Json } from "../pipeline/json.ts"
import { microBatchOf, type Settings } from "./settings.ts"

/** What has to be as it is for the stage to follow. */
const followed = {
  logging_strategy: "steps",
  logging_steps: 1,
  logging_first_step: false,
  // else a loss that is not finite is told as the last one that was
  logging_nan_inf_filter: false,
  save_strategy: "steps",
  save_total_limit: 2,
  save_only_model: false
} as const

/** What a config says of a training. */
const training = (settings: Settings) => ({
  max_steps: settings.steps,
  per_device_train_batch_size: microBatchOf(settings),
  num_generations: settings.groupSize,
  max_completion_length: settings.maxTokens,
  temperature: settings.temperature,
  top_p: settings.topP,
  top_k: settings.topK,
  learning_rate: settings.learningRate,
  warmup_steps: settings.warmup,
  lr_scheduler_type: settings.schedule === "cosine" ? "cosine" : "constant_with_warmup",
  adam_beta1: settings.beta1,
  adam_beta2: settings.beta2,
  adam_epsilon: settings.epsilon,
  weight_decay: settings.weightDecay,
  max_grad_norm: settings.maxGradientNorm,
  beta: settings.klCoefficient,
  save_steps: settings.checkpointEvery
})

/** The methods of `Update` in the words of TRL, which ms-swift took over. */
const methods: { readonly [M in Settings["method"]]: { readonly [key: string]: Json } } = {
  grpo: { loss_type: "grpo" },
  drGrpo: { loss_type: "dr_grpo", scale_rewards: "none" },
  dapo: { loss_type: "dapo", epsilon_high: 0.28 },
  gspo: { loss_type: "grpo", importance_sampling_level: "sequence", epsilon: 3e-4, epsilon_high: 4e-4 },
  // their bound is that of the ratio itself
  cispo: { loss_type: "cispo", epsilon_high: 5 }
}

/** A trainer's config: its defaults give way to what the study sets, and that to what the stage has to set. */
export const configOf = (
  settings: Settings,
  defaults: { readonly [key: string]: Json },
  fixed: { readonly [key: string]: Json }
): { readonly [key: string]: Json } => ({
  ...defaults,
  ...methods[settings.method],
  ...settings.settings,
  ...training(settings),
  ...followed,
  ...fixed
})

/** Names of what is set by the stage alone. */
export const sets = [
  ...Object.keys(followed),
  ...Object.keys(training({} as Settings)),
  "output_dir",
  "seed",
  "resume_from_checkpoint",
  "gradient_accumulation_steps",
  "num_train_epochs",
  "num_iterations"
]
