/** ms-swift: `swift rlhf --rlhf_type grpo`, by the script trainers/train_swift.py. */
import { resolve } from "node:path"
import { mentionsImage, type Message, textsIn } from "../model/message.ts"
import { questionOf } from "../task/prompt.ts"
import type { Trainer } from "./trainer.ts"
import { configOf, sets } from "./transformers.ts"

/** What may be set otherwise: nothing is sent anywhere, and numbers are of 32 bits. */
const defaults = {
  model_type: "qwen2_5_vl",
  template: "qwen2_5_vl",
  attn_impl: "sdpa",
  torch_dtype: "float32",
  bf16: false,
  fp16: false,
  gradient_checkpointing: false,
  use_vllm: false,
  report_to: "none",
  dataloader_num_workers: 0,
  dataset_num_proc: 1
} as const

/** What the stage stands in for, and that rows stand in the order of the steps. */
const own = {
  rlhf_type: "grpo",
  tuner_type: "full",
  reward_funcs: ["assay"],
  callbacks: ["assay"],
  split_dataset_ratio: 0,
  dataset_shuffle: false,
  train_dataloader_shuffle: false,
  warmup_ratio: 0,
  add_version: false
} as const

/** The picture, if it is shown, stands before the text of the user. */
const marked = (message: Message) => ({
  role: message.role,
  content: `${mentionsImage(message) ? "<image>" : ""}${textsIn([message]).join("\n")}`
})

export const msSwift: Trainer = {
  title: "ms-swift",
  script: "train_swift.py",
  install: "pip install ms-swift msgspec",
  sets: [...sets, ...Object.keys(own), "model", "adapters", "ref_adapters", "dataset", "freeze_vit", "freeze_aligner", "use_cpu"],
  config: (settings, { data, output }, seed) => configOf(settings, defaults, { ...own, dataset: data, output_dir: output, seed }),
  row: (prompt, row) => ({ messages: prompt.messages.map(marked), images: questionOf(prompt).images.map((path) => resolve(path)), row }),
  leftOut: ["reward_std", "rewards/Reward/mean", "rewards/Reward/std", "epoch"]
}
