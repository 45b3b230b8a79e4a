"""A picture of some scenes, to judge them by eye.

    python3 show.py textures.zip scenes.png

In each row: both frames, the true flow (hue: direction, saturation: length over the longest), the second frame warped
back by it, and the pixels that the second frame hides in white.
"""

import argparse

import torch
import torch.nn.functional as F
from PIL import Image

from motion import pixel_grid
from scenes import make_pairs, with_soft_copies
from textures import read_pack


def warp(pictures, flow):
    """Pictures [n, c, h, w] read, bilinearly, where flow [n, 2, h, w] in pixels points to; 0 outside."""
    n, _, height, width = pictures.shape
    places = pixel_grid(height, width, flow.device) + flow.permute(0, 2, 3, 1)
    grid = (2 * places + 1) / torch.tensor([width, height], device=flow.device) - 1
    return F.grid_sample(pictures, grid, align_corners=False)


def flow_colours(flow):
    """RGB [n, 3, h, w] in [0, 1] of flow [n, 2, h, w]: white where nothing moves."""
    length = flow.norm(dim=1)
    share = length / length.amax((1, 2), keepdim=True).clamp(min=1e-6)
    hue = torch.atan2(flow[:, 1], flow[:, 0])
    wheel = [0.5 + 0.5 * torch.cos(hue - angle) for angle in (0, 2 * torch.pi / 3, 4 * torch.pi / 3)]
    return 1 - share[:, None] * (1 - torch.stack(wheel, 1))


def sheet(pairs):
    """The rows described above as one picture."""
    hidden = (~pairs.visible)[:, None].float().expand(-1, 3, -1, -1)
    columns = [pairs.previous, pairs.current, flow_colours(pairs.flow), warp(pairs.current, pairs.flow), hidden]
    rows = torch.cat(columns, -1)
    pixels = rows.permute(0, 2, 3, 1).flatten(0, 1).clamp(0, 1)
    return Image.fromarray((255 * pixels).round().byte().numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("textures")
    parser.add_argument("picture")
    parser.add_argument("--scenes", type=int, default=6)
    parser.add_argument("--size", default="192x256", help="height x width")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    height, width = map(int, options.size.split("x"))
    textures = with_soft_copies(read_pack(options.textures))
    sheet(make_pairs(textures, options.seed, options.scenes, height, width, show_visible=True)).save(options.picture)


if __name__ == "__main__":
    main()
