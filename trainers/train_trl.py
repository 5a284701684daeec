"""Trains by TRL's GRPOTrainer for a stage of Assay. It stands in the folder of an attempt, with what it reads: stage.json says what
to train and who asks, config.json is TRL's own: fields of GRPOConfig."""
import json
import os

import assay_stage

settings = assay_stage.read("stage.json")
stage = assay_stage.Stage(settings)

from datasets import Dataset, Image
from transformers import AutoModelForImageTextToText, HfArgumentParser
from trl import GRPOConfig, GRPOTrainer

world = int(os.environ.get("WORLD_SIZE", "1"))


class Trainer(GRPOTrainer):
    def _load_from_checkpoint(self, checkpoint, model=None):
        # transformers 5 saves models under the names of the hub and looks for its own when it goes on: it finds none of Qwen2.5-VL's,
        # warns, and trains the model of the start. Loading it as a model knows both.
        if settings["adapter"] is not None or self.is_deepspeed_enabled or self.is_fsdp_enabled:
            return super()._load_from_checkpoint(checkpoint, model)
        saved = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=self.model.dtype)
        self.accelerator.unwrap_model(self.model).load_state_dict(saved.state_dict())


def arguments():
    """GRPOConfig, with the batch of a step divided among processes and passes."""
    config = assay_stage.read("config.json")
    each = config["per_device_train_batch_size"] * world
    if settings["completions"] % each != 0:
        raise SystemExit(
            f"{settings['completions']} completions a step cannot be divided among {world} processes that compute "
            f"{config['per_device_train_batch_size']} at a time. Choose another batch, groupSize or microBatch."
        )
    config["gradient_accumulation_steps"] = settings["completions"] // each
    return HfArgumentParser(GRPOConfig).parse_dict(config)[0]


def model():
    """The folder of the model; of an adapter, the model with it."""
    if settings["adapter"] is None:
        return settings["model"]
    from peft import PeftConfig, PeftModel

    base = PeftConfig.from_pretrained(settings["adapter"]).base_model_name_or_path
    dtype = (args.model_init_kwargs or {}).get("dtype")
    args.model_init_kwargs = None  # TRL wants them for a folder only
    return PeftModel.from_pretrained(AutoModelForImageTextToText.from_pretrained(base, dtype=dtype), settings["adapter"], is_trainable=True)


def reward(completions, completion_ids, row, trainer_state, **_):
    texts = [completion[-1]["content"] for completion in completions]
    stopped = [len(ids) > 0 and ids[-1] in trainer.eos_token_ids for ids in completion_ids]
    return stage.rewards(trainer_state.global_step, row, texts, completion_ids, stopped)


args = arguments()
with open(settings["data"], encoding="utf-8") as lines:
    data = Dataset.from_list([json.loads(line) for line in lines]).cast_column("image", Image())
trainer = Trainer(model=model(), reward_funcs=reward, args=args, train_dataset=data, callbacks=[assay_stage.callback(stage)])
if not settings["vision"]:
    for name, parameter in trainer.model.named_parameters():
        if ".visual." in f".{name}":
            parameter.requires_grad_(False)
if trainer.accelerator.is_main_process:
    stage.begin(assay_stage.versions("trl", "transformers", "torch", "peft", "accelerate", "datasets", "vllm"))
trainer.train(resume_from_checkpoint=settings["resume"])
