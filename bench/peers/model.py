"""The model folder and the prompts as transformers takes them."""
import torch
from PIL import Image
from transformers import Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor


def load(batch, attention="sdpa"):
    torch.set_num_threads(batch["threads"])
    torch.manual_seed(1)
    return Qwen2_5_VLForConditionalGeneration.from_pretrained(
        batch["model"], dtype=torch.float32, attn_implementation=attention
    )


def pack(options, batch, model, rows):
    """Rows of (prompt index, completion tokens): prompts padded on the left, completions on the right, as trainers do."""
    processor = Qwen2VLImageProcessor.from_pretrained(batch["model"])
    prompts = [batch["prompts"][p] for p, _ in rows]
    left = max(len(prompt["ids"]) for prompt in prompts)
    right = max(len(tokens) for _, tokens in rows)
    ids = torch.zeros((len(rows), left + right), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, (prompt, (_, tokens)) in enumerate(zip(prompts, rows)):
        start, end = left - len(prompt["ids"]), left + len(tokens)
        ids[row, start:end] = torch.tensor(prompt["ids"] + tokens)
        mask[row, start:end] = 1
    images = [Image.open(options.folder / prompt["image"]).convert("RGB") for prompt in prompts]
    features = processor(images=images, return_tensors="pt")
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "mm_token_type_ids": (ids == model.config.image_token_id).int(),
        "pixel_values": features["pixel_values"].float(),
        "image_grid_thw": features["image_grid_thw"],
    }
