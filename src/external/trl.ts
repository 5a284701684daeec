/** TRL: GRPOTrainer, by the script trainers/train_trl.py. */
import { resolve } from "node:path"
import { type Message, textsIn } from "../model/message.ts"
import { questionOf } from "../task/prompt.ts"
import type { Trainer } from "./trainer.ts"
import { configOf, sets } from "./transformers.ts"

/** What may be set otherwise: nothing is sent anywhere, and numbers are of 32 bits. */
const defaults = { report_to: "none", bf16: false, gradient_checkpointing: false, model_init_kwargs: { dtype: "float32" } } as const

/** Rows stand in the order of the steps. */
const ordered = { shuffle_dataset: false, disable_tqdm: true } as const

/** TRL puts the picture before the text of the first message of the user. */
const plain = (message: Message) => ({ role: message.role, content: textsIn([message]).join("\n") })

export const trl: Trainer = {
  title: "TRL",
  script: "train_trl.py",
  install: "pip install trl peft",
  sets: [...sets, ...Object.keys(ordered)],
  config: (settings, { output }, seed) => configOf(settings, defaults, { ...ordered, output_dir: output, seed }),
  row: (prompt, row) => ({ prompt: prompt.messages.map(plain), images: questionOf(prompt).images.map((path) => resolve(path)), row }),
  leftOut: ["reward_std", "rewards/reward/mean", "rewards/reward/std", "epoch"]
}
