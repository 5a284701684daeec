"""Tells ms-swift's template the image tokens of the shipped model, as it has those of Qwen's vocabulary built in."""

import importlib
import json
from pathlib import Path

config = json.loads((Path(__file__).parents[2] / "assets/tiny-vl/config.json").read_text())
templates = importlib.import_module("swift.template.templates.qwen")
for name in ("Qwen2VLTemplate", "Qwen2_5VLTemplate"):
    template = getattr(templates, name)
    template.image_token_id, template.video_token_id = config["image_token_id"], config["video_token_id"]
