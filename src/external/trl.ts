/** TRL: GRPOTrainer, by the script trainers/train_trl.py. */
import { resolve } from "node:path"
import type { Json } from "../pipeline/json.ts"
import type { Message } from "../model/message.ts"
import { textsIn } from "../model/message.ts"
import { microBatchOf, type Settings } from "./settings.ts"
import type { Trainer } from "./trainer.ts"

/** The same methods as in `Update`, in TRL's words. */
const methods: { readonly [M in Settings["method"]]: { readonly [key: string]: Json } } = {
  grpo: { loss_type: "grpo" },
  drGrpo: { loss_type: "dr_grpo", scale_rewards: "none" },
  dapo: { loss_type: "dapo", epsilon_high: 0.28 },
  gspo: { loss_type: "grpo", importance_sampling_level: "sequence", epsilon: 3e-4, epsilon_high: 4e-4 },
  // TRL's bound is that of the ratio itself
  cispo: { loss_type: "cispo", epsilon_high: 5 }
}

/** What has to be as it is for the stage to follow. */
const followed = {
  logging_strategy: "steps",
  logging_steps: 1,
  logging_first_step: false,
  // else a loss that is not finite is told as the last one that was
  logging_nan_inf_filter: false,
  save_strategy: "steps",
  save_total_limit: 2,
  save_only_model: false,
  // the rows stand in the order of the steps
  shuffle_dataset: false,
  disable_tqdm: true
} as const

/** What its config says of a training. */
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

/** What may be set otherwise: nothing is sent anywhere, and numbers are of 32 bits. */
const defaults = { report_to: "none", bf16: false, gradient_checkpointing: false, model_init_kwargs: { dtype: "float32" } } as const

const placed = ["output_dir", "seed", "gradient_accumulation_steps", "num_train_epochs", "num_iterations"]

/** TRL puts the picture before the text of the first message of the user. */
const plain = ({ content, role }: Message) => ({ role, content: typeof content === "string" ? content : textsIn([{ role, content }]).join("\n") })

export const trl: Trainer = {
  title: "TRL",
  script: "train_trl.py",
  install: "pip install trl peft",
  sets: [...Object.keys(followed), ...Object.keys(training({} as Settings)), ...placed],
  config: (settings, { output }, seed) => ({
    ...defaults,
    ...methods[settings.method],
    ...settings.settings,
    ...training(settings),
    ...followed,
    output_dir: output,
    seed
  }),
  row: ({ image, messages }, row) => ({ prompt: messages.map(plain), image: resolve(image.path), row }),
  leftOut: ["reward_std", "rewards/reward/mean", "rewards/reward/std", "epoch"]
}
