"""Makes what a very small training needs, and tells what came of one.

    python3 small_course.py pack FILE       writes a pack of squares of noise; prints which of three looks photographed
    python3 small_course.py tell FILE...    prints the state of checkpoints and their weights, as JSON
"""

import hashlib
import json
import sys

import numpy as np
import torch
from PIL import Image

from textures import SIDE, is_photographic, read_pack, write_pack
from train import load_state


def pack(path):
    random = np.random.default_rng(1)
    grain = random.integers(0, 256, (4, SIDE, SIDE, 3), dtype=np.uint8)
    squares = [Image.fromarray(pixels).resize((SIDE // 4,) * 2).resize((SIDE,) * 2) for pixels in grain]
    write_pack(path, [("noise", "generated", square) for square in squares])
    read = read_pack(path)
    gradient = np.broadcast_to(np.linspace(30, 250, SIDE, dtype=np.uint8)[None, :, None], (SIDE, SIDE, 3))
    normals = np.clip(np.array([128, 128, 235]) + random.normal(0, 9, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
    looks = [is_photographic(picture) for picture in (squares[0], Image.fromarray(gradient), Image.fromarray(normals))]
    off = np.abs(read[0].permute(1, 2, 0).numpy().astype(int) - np.asarray(squares[0])).mean()
    return {"shape": list(read.shape), "off": off, "photographic": [bool(look) for look in looks]}


def digest(tensors):
    text = hashlib.sha256()
    for name in sorted(tensors):
        text.update(tensors[name].numpy().tobytes())
    return text.hexdigest()


def tell(path):
    state = load_state(path)
    average = state["average"]
    name = "update_block.flow_head.conv2.weight"
    return {
        "step": state["step"],
        "weights": digest(state["model"]),
        "average": digest(average),
        "first": average[name].half().float().flatten()[:8].tolist(),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    what, *paths = sys.argv[1:]
    json.dump(pack(paths[0]) if what == "pack" else [tell(path) for path in paths], sys.stdout)
