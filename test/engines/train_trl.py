"""GRPO by TRL, rewarded by a running `assay serve rewards`: train_trl.py MODEL ROWS.jsonl FOLDER STEPS SHIMS."""

import json
import sys

from datasets import Dataset, Image
from trl import GRPOConfig, GRPOTrainer

model, rows, folder, steps, shims = sys.argv[1:]
sys.path.append(shims)
from assay_trl import assay_reward

reward = assay_reward("weightedSum,format")


def logged(prompts, completions, solution, log_extra, **more):
    log_extra("solution", solution)
    return reward(prompts, completions, solution=solution, log_extra=log_extra, **more)


logged.__name__ = reward.__name__

with open(rows) as lines:
    dataset = Dataset.from_list([json.loads(line) for line in lines]).cast_column("image", Image())
config = GRPOConfig(
    output_dir=folder, max_steps=int(steps), use_cpu=True, bf16=False, gradient_checkpointing=False, seed=1, report_to=[],
    per_device_train_batch_size=8, num_generations=4, max_completion_length=96, temperature=1.0, learning_rate=1e-4, beta=0.04,
    logging_steps=1, log_completions=True, save_strategy="no",
)
trainer = GRPOTrainer(model=model, reward_funcs=logged, args=config, train_dataset=dataset)
trainer.train()
with open(f"{folder}/log_history.jsonl", "w") as file:
    file.writelines(json.dumps(row) + "\n" for row in trainer.state.log_history)
