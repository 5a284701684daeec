"""Writes what torchvision makes of small pictures: python resize.py > ../golden/resize.json, for test/vision/resize.test.ts."""
import base64
import json
import sys

import torch
import torchvision
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional

SIZES = [(7, 5, 28, 28), (40, 30, 28, 28), (33, 61, 28, 56), (100, 9, 28, 28), (28, 28, 28, 56), (3, 200, 28, 196),
         (64, 48, 84, 56), (300, 200, 84, 56), (20, 100, 28, 196)]


def noise(width: int, height: int) -> torch.Tensor:
    i = torch.arange(width * height * 3)
    return ((i * 7919 + i // 11 * 104729) % 256).to(torch.uint8).reshape(height, width, 3).permute(2, 0, 1)


cases = []
for width, height, to_width, to_height in SIZES:
    resized = functional.resize(noise(width, height), [to_height, to_width], InterpolationMode.BICUBIC, antialias=True)
    pixels = resized.permute(1, 2, 0).contiguous().numpy().tobytes()
    cases.append({"from": [width, height], "to": [to_width, to_height], "bytes": base64.b64encode(pixels).decode()})
json.dump({"torchvision": torchvision.__version__, "cases": cases}, sys.stdout)
