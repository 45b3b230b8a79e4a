"""Measures what scenes promise, as JSON: whether flow leads from one frame to the other, without light and noise."""

import json
import random
import sys

import torch

import scenes
from dice import Dice
from motion import draw_distance, pixel_grid
from scenes import draw_layers, expose, make_pairs, render, true_flow, visibility, with_soft_copies
from show import warp

HEIGHT, WIDTH, COUNT = 96, 128, 4


def textures():
    """Smooth random colours: warping them costs little sharpness."""
    noise = torch.rand(6, 3, 40, 40, generator=torch.Generator().manual_seed(5))
    squares = torch.nn.functional.interpolate(noise, size=(512, 512), mode="bicubic", align_corners=False)
    return with_soft_copies((255 * squares.clamp(0, 1)).byte())


def difference(pictures, others, where):
    return (pictures - others).abs().mean(1)[where].mean().item()


def away_from_edges(mask):
    """A mask [n, h, w] without what lies within two pixels of its border."""
    return -torch.nn.functional.max_pool2d(-mask[:, None].float(), 5, 1, 2)[:, 0] > 0.5


def measure(seed, squares):
    dice = Dice(seed, COUNT, "cpu")
    distance = draw_distance(dice, HEIGHT, 1.0)
    layers = draw_layers(dice, random.Random(seed), len(squares), HEIGHT, WIDTH, distance, 1.0)
    flow, covering = true_flow(layers, HEIGHT, WIDTH)
    seen = visibility(layers, flow, covering)
    rows, zeros = torch.arange(COUNT), torch.zeros(COUNT)
    flow = flow.permute(0, 3, 1, 2)
    previous, current = (render(layers, squares, rows, zeros + time, HEIGHT, WIDTH) for time in (0, 1))
    clear = away_from_edges(seen)
    # The background by itself: its pixels must be where flow says, also those that other layers hide in the frame.
    alone, alone_later = (render(layers[:1], squares, rows, zeros + time, HEIGHT, WIDTH) for time in (0, 1))
    inside = away_from_edges(warp(torch.ones_like(alone), flow)[:, 0] > 0.999)
    hidden = (covering == 0) & ~seen & inside
    origins = [layer.motion.origins(zeros + 1, HEIGHT, WIDTH) for layer in layers]
    pixels = pixel_grid(HEIGHT, WIDTH, "cpu")
    round_trip = [(o + layer.motion.flow(o) - pixels).abs().max() for o, layer in zip(origins, layers)]
    return {
        "visible": difference(warp(current, flow), previous, clear),
        "pixelOff": difference(warp(current, flow + 1), previous, clear),
        "hidden": difference(warp(alone_later, flow), alone, hidden),
        "hiddenPixels": int(hidden.sum()),
        "hiddenLooksElsewhere": difference(warp(current, flow), previous, hidden),
        "roundTrip": max(round_trip).item(),
        "motion": flow.norm(dim=1).mean().item(),
    }


def blur(squares):
    """How much sharper the scenes without exposure time are than those with, in mean slope."""
    dice = Dice(7, 4, "cpu")
    distance = torch.full((4,), 40.0)
    layers = draw_layers(dice, random.Random(7), len(squares), HEIGHT, WIDTH, distance, 1.0)
    scenes.BLURRED = 1.0
    smeared = expose(dice, layers, squares, HEIGHT, WIDTH, distance)
    scenes.BLURRED = 0.0
    sharp = expose(dice, layers, squares, HEIGHT, WIDTH, distance)
    scenes.BLURRED = 0.25
    slope = [frames.diff(dim=-1).abs().mean().item() for frames in (smeared, sharp)]
    return slope[0] / slope[1]


def main():
    torch.set_num_threads(1)
    squares = textures()
    pairs, again, other = (make_pairs(squares, seed, 3, 64, 96) for seed in (3, 3, 4))
    lengths = torch.cat([draw_distance(Dice(seed, 4096, "cpu"), 368, 1.0) for seed in range(4)])
    facts = {
        "scenes": [measure(seed, squares) for seed in (11, 12)],
        "repeats": torch.equal(pairs.current, again.current) and torch.equal(pairs.flow, again.flow),
        "differs": not torch.equal(pairs.previous, other.previous),
        "range": [pairs.previous.min().item(), pairs.current.max().item()],
        "shapes": [list(pairs.previous.shape), list(pairs.flow.shape), list(pairs.valid.shape)],
        "blurredSlope": blur(squares),
        "below40": (lengths <= 40).float().mean().item(),
        "longest": lengths.max().item(),
        "fewestLayers": scenes.FEWEST_LAYERS,
        "mostLayers": scenes.MOST_LAYERS,
    }
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main()
