"""End-point errors on benchmark pairs with known motion (Baker et al. 2011).

    python3 middlebury.py raft-small.safetensors FOLDER

FOLDER holds one folder for each pair, with frame10.png, frame11.png and flow10.flo.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from raft import RaftSmall
from safetensors_file import read_safetensors

TAG = 202021.25
UNKNOWN = 1e9


def read_flo(path):
    """The flow [1, 2, h, w] in pixels of a `.flo` file; see `../flow/flo.ts` for the format. Raises ValueError."""
    data = np.fromfile(path, "<f4")
    width, height = data[1:3].view("<i4") if data.size > 3 else (0, 0)
    if data.size < 3 or data[0] != TAG or data.size != 3 + 2 * width * height:
        raise ValueError(f"{path} is not a whole .flo file")
    return torch.from_numpy(data[3:].reshape(1, height, width, 2).copy()).permute(0, 3, 1, 2)


def read_picture(path, device="cpu"):
    """RGB [1, 3, h, w] in [-1, 1], as the network wants it."""
    pixels = torch.from_numpy(np.array(Image.open(path).convert("RGB")))
    return pixels.permute(2, 0, 1)[None].to(device).float() / 127.5 - 1


def read_model(path):
    """The network with the weights of a file that export.py has written."""
    model = RaftSmall()
    model.load_state_dict({name: tensor.float() for name, tensor in read_safetensors(path).items()})
    return model


def read_pairs(folder, device="cpu"):
    """Every pair below a folder as {name: (previous, current, truth)}. Raises ValueError where there is none."""
    pairs = {}
    for truth in sorted(Path(folder).glob("*/flow10.flo")):
        pictures = [read_picture(truth.with_name(f"frame{n}.png"), device) for n in (10, 11)]
        pairs[truth.parent.name] = (*pictures, read_flo(truth).to(device))
    if not pairs:
        raise ValueError(f"{folder} has no pairs: it must hold NAME/frame10.png, NAME/frame11.png and NAME/flow10.flo")
    return pairs


def estimate(model, previous, current, updates=12):
    """The flow of pictures of any size, their edges repeated up to the next multiple of 8."""
    height, width = previous.shape[-2:]
    down, right = -height % 8, -width % 8
    pad = (right // 2, right - right // 2, down // 2, down - down // 2)
    padded = [F.pad(picture, pad, mode="replicate") for picture in (previous, current)]
    flow = model(*padded, updates)[-1]
    return flow[..., pad[2] : pad[2] + height, pad[0] : pad[0] + width]


def end_point_error(flow, truth):
    """The mean distance of flow to truth, both [n, 2, h, w] in pixels, where the truth is known."""
    known = truth.abs().amax(1) <= UNKNOWN
    return (flow - truth).norm(dim=1)[known].mean().item()


@torch.no_grad()
def end_point_errors(model, pairs, updates=12):
    """The end-point error in pixels on every pair of read_pairs(), by name."""
    was_training = model.training
    model.eval()
    errors = {
        name: end_point_error(estimate(model, previous, current, updates), truth)
        for name, (previous, current, truth) in pairs.items()
    }
    model.train(was_training)
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="a file that export.py has written")
    parser.add_argument("folder")
    parser.add_argument("--updates", type=int, default=12)
    options = parser.parse_args()
    model = read_model(options.weights)
    for name, error in end_point_errors(model, read_pairs(options.folder), options.updates).items():
        print(f"{name}: {error:.3f} px")


if __name__ == "__main__":
    main()
