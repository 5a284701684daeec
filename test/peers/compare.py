"""Holds the local policy to transformers and PEFT: python compare.py FOLDER [EXPECTED.json]

FOLDER is what write.ts made. Prints one row a case and exits 1 if any deviates. What transformers computed goes to
EXPECTED.json when that is named; test/policy/parity.test.ts holds us to it. All in float32 with eager attention.
"""
import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from PIL import Image
from safetensors.torch import load_file
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor

torch.set_num_threads(1)
IMAGE_MARK = "<|image_pad|>"
LIMITS = {"ids": 0, "grids": 0, "pixels": 1e-5, "positions": 0, "logprobs": 1e-4, "merged": 1e-4, "greedy": 0, "gradients": 1e-3}


def largest(a, b):
    """Largest absolute difference, infinite where shapes differ."""
    return (a - b).abs().max().item() if a.shape == b.shape else float("inf")


def inputs_of(folder, question, tokenizer, processor):
    """What transformers' tokenizer, chat template and image processor make of a question."""
    text = tokenizer.apply_chat_template(question["messages"], tokenize=False, add_generation_prompt=True)
    inputs = {}
    images = [Image.open(folder / name).convert("RGB") for name in question["images"]]
    if images:
        features = processor(images=images, return_tensors="pt")
        inputs = {"pixel_values": features["pixel_values"].float(), "image_grid_thw": features["image_grid_thw"]}
        for grid in inputs["image_grid_thw"]:
            text = text.replace(IMAGE_MARK, "<|placeholder|>" * (grid.prod().item() // processor.merge_size**2), 1)
        text = text.replace("<|placeholder|>", IMAGE_MARK)
    inputs["input_ids"] = tokenizer(text, return_tensors="pt")["input_ids"]
    return inputs


def extended(inputs, tokens, image_token):
    ids = torch.cat([inputs["input_ids"], torch.tensor([tokens], dtype=torch.long)], 1)
    return {**inputs, "input_ids": ids, "mm_token_type_ids": (ids == image_token).int()}


def load_model(folder):
    model, info = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    model.eval()
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[kind]:
            raise SystemExit(f"{folder}: {kind}: {sorted(info[kind])}")
    return model


def logprobs_of(model, inputs, tokens):
    full = extended(inputs, tokens, model.config.image_token_id)
    start = inputs["input_ids"].shape[1] - 1
    logp = model(**full, use_cache=False).logits[0, start:-1].log_softmax(-1)
    return logp.gather(1, torch.tensor(tokens)[:, None])[:, 0]


def our_name(name, adapted):
    if adapted:
        return f"base_model.model.{name.replace('.default.', '.')}"
    return name.replace("model.language_model.", "model.").replace("model.visual.", "visual.")


def compare(folder):
    ours = json.loads((folder / "ours.json").read_text())
    tensors = load_file(folder / "ours.safetensors")
    model = load_model(folder)
    adapted = (folder / "adapter").exists()
    if adapted:
        PeftModel.from_pretrained(model, folder / "adapter", is_trainable=True)  # changes `model` itself
        model.eval()
        merged = load_model(folder / "merged")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    processor = Qwen2VLImageProcessor.from_pretrained(folder)
    image_token = model.config.image_token_id
    worst = dict.fromkeys(LIMITS, 0.0)

    def note(kind, difference):
        worst[kind] = max(worst[kind], float(difference))

    asked = []
    for q, question in enumerate(ours["questions"]):
        inputs = inputs_of(folder, question, tokenizer, processor)
        asked.append(inputs)
        ids = inputs["input_ids"][0].tolist()
        note("ids", ids != question["ids"])
        # A tokenizer that deviates says nothing about the model, so the rest is compared on our ids.
        ids = question["ids"]
        inputs["input_ids"] = torch.tensor([ids])
        if question["images"]:
            note("grids", inputs["image_grid_thw"].tolist() != question["grids"])
            patches = torch.cat([tensors[f"patches.{q}.{i}"] for i in range(len(question["images"]))])
            note("pixels", largest(patches, inputs["pixel_values"]))
        full = extended(inputs, [], image_token)
        positions, _ = model.model.get_rope_index(
            full["input_ids"], mm_token_type_ids=full["mm_token_type_ids"], image_grid_thw=full.get("image_grid_thw")
        )
        note("positions", largest(tensors[f"positions.{q}"], positions[:, 0].T.float()))
        with torch.no_grad():
            generated = model.generate(**full, do_sample=False, max_new_tokens=ours["greedyTokens"])
        greedy = generated[0, len(ids):].tolist()
        note("greedy", greedy != question["greedy"])
        question["theirs"] = greedy

    total = sum(len(sequence["tokens"]) for sequence in ours["sequences"])
    expected = []
    for sequence in ours["sequences"]:
        inputs = asked[sequence["question"]]
        logp = logprobs_of(model, inputs, sequence["tokens"])
        (logp.sum() / total).backward()
        if adapted:
            with torch.no_grad():
                note("merged", largest(logp, logprobs_of(merged, inputs, sequence["tokens"])))
        note("logprobs", largest(logp.detach(), torch.tensor(sequence["logprobs"])))
        expected.append([round(value, 6) for value in logp.tolist()])

    gradients = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        ours_name = our_name(name, adapted)
        theirs = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        difference = (tensors[f"gradient.{ours_name}"] - theirs).norm() / max(theirs.norm().item(), 1e-7)
        if difference > LIMITS["gradients"]:
            print(f"  {ours_name}: relative difference {difference:.2e}, norm {theirs.norm():.3e}")
        note("gradients", difference)
        flat = theirs.flatten().double()
        probe = (flat * torch.cos(torch.arange(len(flat), dtype=torch.float64))).sum().item()
        gradients[ours_name] = [float(f"{flat.norm().item():.5g}"), float(f"{probe:.5g}")]
    rest = {name for name in tensors if name.startswith("gradient.")} - {f"gradient.{name}" for name in gradients}
    if rest:
        raise SystemExit(f"{folder.name}: transformers has no {sorted(rest)}")
    return worst, {
        "ids": [question["ids"] for question in ours["questions"]],
        "logprobs": expected,
        "greedy": [question["theirs"] for question in ours["questions"]],
        "gradients": gradients,
    }


def main():
    folders = sorted(path.parent for path in Path(sys.argv[1]).glob("*/ours.json"))
    if not folders:
        raise SystemExit("write.ts has written no case there")
    print("case".ljust(16) + "".join(kind.rjust(11) for kind in LIMITS))
    deviates = False
    expected = {}
    for folder in folders:
        worst, outcome = compare(folder)
        expected[folder.name] = outcome
        print(folder.name.ljust(16) + "".join(f"{value:.1e}".rjust(11) for value in worst.values()), flush=True)
        deviates |= any(worst[kind] > limit for kind, limit in LIMITS.items())
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(expected, separators=(",", ":")) + "\n")
    sys.exit(1 if deviates else 0)


main()
