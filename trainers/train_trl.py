"""Trains by TRL's GRPOTrainer for a stage of Assay. It stands in the folder of an attempt, with what it reads: stage.json says what
to train and who asks, config.json is TRL's own: fields of GRPOConfig."""
import json

import assay_stage

settings = assay_stage.read("stage.json")
stage = assay_stage.Stage(settings)

from datasets import Dataset
from PIL import Image
from transformers import AutoModelForImageTextToText, HfArgumentParser
from trl import GRPOConfig, GRPOTrainer

assay_stage.take_up_weights(GRPOTrainer, settings["adapter"] is not None)


def arguments():
    """GRPOConfig, with the batch of a step divided among processes and passes."""
    config = assay_stage.read("config.json")
    config["gradient_accumulation_steps"] = assay_stage.passes(settings, config["per_device_train_batch_size"])
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


def picture(path):
    """As the stage sees it: as stored, whatever its EXIF says of an orientation, and white where it is transparent."""
    image = Image.open(path)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def reward(completions, completion_ids, row, trainer_state, **_):
    texts = [completion[-1]["content"] for completion in completions]
    stopped = [len(ids) > 0 and ids[-1] in trainer.eos_token_ids for ids in completion_ids]
    return stage.rewards(trainer_state.global_step, row, texts, completion_ids, stopped)


args = arguments()
with open(settings["data"], encoding="utf-8") as lines:
    data = Dataset.from_list([json.loads(line) for line in lines])
data.set_transform(lambda batch: {**batch, "images": [[picture(path) for path in paths] for paths in batch["images"]]})
follow = assay_stage.callback(stage, "trl", "transformers", "torch", "peft", "accelerate", "datasets", "vllm")
trainer = GRPOTrainer(model=model(), reward_funcs=reward, args=args, train_dataset=data, callbacks=[follow])
if not settings["vision"]:
    for name, parameter in trainer.model.named_parameters():
        if ".visual." in f".{name}":
            parameter.requires_grad_(False)
trainer.train(resume_from_checkpoint=settings["resume"])
