"""The same GRPO step in TRL: python trl_grpo.py FOLDER [--ours bench.json]

`GRPOTrainer` on the same model folder, prompts, group size, most tokens and learning rate, on the CPU in float32. Rewards come
from our own code in a process beside (rewards.ts), so that both are paid alike. Whole steps are timed, from the end of one
to the end of the next.
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
import trl
from datasets import Dataset
from PIL import Image
from transformers import AutoTokenizer, PrinterCallback, Qwen2_5_VLProcessor, TrainerCallback
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor
from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

import common
import model as models


class Rewards:
    """Asks rewards.ts, and remembers how long that took and how long the completions were."""

    __name__ = "study"

    def __init__(self):
        script = Path(__file__).with_name("rewards.ts")
        node = script.parents[2] / "node_modules" / ".bin" / "node"  # the project's own, new enough for TypeScript
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([str(node), str(script)], stdin=pipe, stdout=pipe, text=True, bufsize=1)
        self.seconds = []
        self.tokens = []

    def __call__(self, completions, solution, completion_ids, **kwargs):
        start = time.perf_counter()
        totals = []
        for completion, truth in zip(completions, solution):
            text = completion if isinstance(completion, str) else completion[0]["content"]
            text = text if isinstance(text, str) else text[0]["text"]
            self.process.stdin.write(json.dumps({"completion": text, "solution": truth}) + "\n")
            self.process.stdin.flush()
            totals.append(float(self.process.stdout.readline()))
        self.seconds.append(time.perf_counter() - start)
        self.tokens.append(sum(len(ids) for ids in completion_ids))
        return totals

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Clock(TrainerCallback):
    def __init__(self):
        self.ends = []

    def on_step_end(self, args, state, control, **kwargs):
        self.ends.append(time.perf_counter())
        print(f"trl: step {state.global_step} of {state.max_steps}", file=sys.stderr, flush=True)


def processor_of(folder):
    """Put together by hand: the folder has no video processor, and needs none but for this."""
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    images = Qwen2VLImageProcessor.from_pretrained(folder)
    return Qwen2_5_VLProcessor(images, tokenizer, Qwen2VLVideoProcessor(), chat_template=tokenizer.chat_template)


def dataset_of(options, batch):
    """Our messages with the pictures left to TRL, which puts one in front of each question, where we have it too."""

    def question(messages):
        return "".join(part["text"] for part in messages[-1]["content"] if part["type"] == "text")

    return Dataset.from_list([
        {
            "prompt": [{"role": "user", "content": question(prompt["messages"])}],
            "image": Image.open(options.folder / prompt["image"]).convert("RGB"),
            "solution": prompt["solution"],
        }
        for prompt in batch["prompts"]
    ])


def main():
    options = common.arguments(__doc__).parse_args()
    batch = common.load_batch(options)
    grpo, adam = batch["grpo"], batch["adamW"]
    model = models.load(batch)
    rewards, clock = Rewards(), Clock()
    settings = trl.GRPOConfig(
        output_dir=str(options.folder / "trl"),
        use_cpu=True,
        bf16=False,
        fp16=False,
        gradient_checkpointing=False,
        max_steps=options.rounds + 1,
        per_device_train_batch_size=grpo["groups"] * grpo["samples"],
        num_generations=grpo["samples"],
        max_completion_length=grpo["maxTokens"],
        temperature=1.0,
        top_k=0,
        beta=0.0,
        loss_type="grpo",
        learning_rate=grpo["learningRate"],
        lr_scheduler_type="constant",
        adam_beta1=adam["beta1"],
        adam_beta2=adam["beta2"],
        adam_epsilon=adam["epsilon"],
        weight_decay=adam["weightDecay"],
        max_grad_norm=adam["maxGradientNorm"],
        logging_strategy="no",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=1,
    )
    trainer = trl.GRPOTrainer(
        model=model,
        reward_funcs=rewards,
        args=settings,
        train_dataset=dataset_of(options, batch),
        processing_class=processor_of(batch["model"]),
        callbacks=[clock],
    )
    trainer.remove_callback(PrinterCallback)  # it prints to stdout, where nothing but our JSON belongs
    try:
        trainer.train()
    finally:
        rewards.close()
    seconds = [end - start for start, end in zip(clock.ends, clock.ends[1:])]
    result = {
        "trl": trl.__version__,
        "torch": torch.__version__,
        "threads": batch["threads"],
        "rounds": options.rounds,
        **common.compared(seconds, common.ours(options, "step", "alone", "seconds", "median")),
        "secondsOfRewards": common.summary(rewards.seconds[1:]),
        "completionTokensPerStep": common.summary(rewards.tokens[1:]),
    }
    json.dump(result, sys.stdout, indent=2)
    print()


main()
