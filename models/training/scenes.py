"""Pairs of frames with exactly known motion: photographs cut into layers that move over one another.

After the idea of "FlyingChairs" (Dosovitskiy et al. 2015, FlowNet), with other shapes, bending and true exposure times.
Everything is a batch of tensors on one device, made anew for every step of training. Nothing in it waits for the device
(as copying a number to it or choosing by a mask would), so that a GPU is given its work ahead of time.
"""

import random
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F

from camera import photograph, smoothed
from dice import Dice
from motion import Motion, affine, draw_camera, draw_distance, draw_motion, pixel_grid, rotation
from shapes import OUTLINES, Shape, draw_shape

FEWEST_LAYERS, MOST_LAYERS = 3, 12
EXPOSURES = 5
"""Instants that are averaged where a moving scene blurs."""
BLURRED = 0.25
"""The share of the scenes that has an exposure time."""
LONGEST_SMEAR = 16
"""Pixels that things move at most while a picture is exposed."""


@dataclass
class Pairs:
    """n scenes. Pictures are RGB in [0, 1]; flow is x and y in pixels from `previous` to `current`."""

    previous: torch.Tensor  # [n, 3, h, w]
    current: torch.Tensor  # [n, 3, h, w]
    flow: torch.Tensor  # [n, 2, h, w], true also where the second frame hides what the first shows
    valid: torch.Tensor  # [n, h, w], False where flow is too long to be learned from
    visible: torch.Tensor  # [n, h, w], whether the second frame shows the same thing; empty unless asked for


@dataclass
class Paint:
    """Which photographs n layers show, at which place, scale and direction, and in which colours."""

    picture: torch.Tensor  # [n], index into the textures and their soft copies
    centre: torch.Tensor  # [n, 2], in sides of the texture, within [0, 1]
    plane: torch.Tensor  # [n, 2, 2], pixels of the frame to pixels of the texture
    contrast: torch.Tensor  # [n]
    colour: torch.Tensor  # [n, 3], factors

    def colours(self, textures, points):
        """The colours at points [n, h, w, 2] of the layers: [n, 3, h, w]. Beyond its edges a photograph is mirrored."""
        side = textures.shape[-1]
        photographs = textures[self.picture].float() / 255
        grid = affine(2 / side * self.plane, 2 * self.centre + 1 / side - 1, points)
        seen = F.grid_sample(photographs, grid, padding_mode="reflection", align_corners=False)
        contrast, colour = self.contrast[:, None, None, None], self.colour[:, :, None, None]
        return seen.mul_(contrast * colour).add_(0.45 * (1 - contrast) * colour).clamp_(0, 1)


@dataclass
class Layer:
    motion: Motion
    paint: Paint
    shape: Shape
    outline: object
    """A function of shapes.py; None for the background, which covers everything."""

    def cover(self, points):
        return self.shape.cover(self.outline, points)


def rows_of(parts, rows):
    """The rows of every tensor in a dataclass of tensors."""
    return type(parts)(*(getattr(parts, field.name)[rows] for field in fields(parts)))


def mixed(share, one, other):
    """Rows of `one` where `share` [n] is 1, else those of `other`, in two dataclasses of tensors."""
    chosen = []
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        chosen.append(torch.where(share.reshape(-1, *[1] * (a.dim() - 1)) > 0, a, b))
    return type(one)(*chosen)


def with_soft_copies(textures):
    """Textures [k, 3, side, side] and behind them, for layers that are scaled down, the same without fine detail."""
    soft = [smoothed(some.float()).round().byte() for some in textures.split(16)]
    return torch.cat([textures, *soft])


def make_pairs(textures, seed, count, height, width, reach=1.0, show_visible=False):
    """Makes `count` pairs of frames from textures of with_soft_copies(), on their device.

    `reach` scales all motion (1: mostly below 40 px, up to 150). The same seed makes the same pairs on the same device.
    """
    dice = Dice(seed, count, textures.device)
    fixed = random.Random(seed)
    distance = draw_distance(dice, min(height, width), reach)
    layers = draw_layers(dice, fixed, len(textures), height, width, distance, reach)
    flow, covering = true_flow(layers, height, width)
    frames = photograph(dice, expose(dice, layers, textures, height, width, distance))
    visible = visibility(layers, flow, covering) if show_visible else torch.empty(0, dtype=torch.bool)
    flow = flow.permute(0, 3, 1, 2).contiguous()
    return Pairs(frames[0], frames[1], flow, flow.norm(dim=1) < 400, visible)


def draw_layers(dice, fixed, textures, height, width, distance, reach):
    """The background and the layers before it, the frontmost last."""
    side = min(height, width)
    camera = draw_camera(dice, height, width, distance, reach)
    middle = camera.centre
    behind = draw_motion(dice, camera, middle, side, torch.zeros_like(distance), 0.5 * reach)
    behind = mixed(dice.chance(0.5), camera, behind)
    layers = [Layer(behind, draw_paint(dice, textures), draw_shape(dice, middle, side, None), None)]
    for _ in range(fixed.randint(FEWEST_LAYERS, MOST_LAYERS) - 1):
        outline = fixed.choice(OUTLINES)
        centre = torch.stack([width * dice.uniform(-0.1, 1.1), height * dice.uniform(-0.1, 1.1)], -1)
        motion = draw_motion(dice, camera, centre, side, distance, reach)
        # A quarter of the things stand still on the background: not every edge is one of motion.
        motion = mixed(dice.chance(0.25), behind, motion)
        layers.append(Layer(motion, draw_paint(dice, textures), draw_shape(dice, centre, side, outline), outline))
    return layers


def draw_paint(dice, textures):
    """A photograph at half its size to double; `textures` counts the soft copies, too."""
    scale = dice.log_uniform(0.5, 2.2)
    mirror = torch.ones(dice.count, 2, device=dice.device)
    mirror[:, 0] = 1 - 2 * dice.chance(0.5)
    plane = rotation(dice.uniform(0, 2 * torch.pi)) * (scale[:, None] * mirror)[:, None]
    count = textures // 2
    return Paint(
        picture=dice.integers(count) + count * (scale > 1.3),
        centre=dice.uniform(0, 1, 2),
        plane=plane,
        contrast=dice.uniform(0.45, 1.15),
        colour=dice.normal(0.08, 3).exp(),
    )


def true_flow(layers, height, width):
    """The flow [n, h, w, 2] of what the first frame shows, and the index of its layer [n, h, w]."""
    pixels = pixel_grid(height, width, layers[0].motion.centre.device)
    flow = layers[0].motion.flow(pixels)
    covering = torch.zeros_like(flow[..., 0], dtype=torch.long)
    for index, layer in enumerate(layers[1:], start=1):
        shown = layer.cover(pixels) >= 0.5
        flow = torch.where(shown[..., None], layer.motion.flow(pixels), flow)
        covering = torch.where(shown, index, covering)
    return flow, covering


def visibility(layers, flow, covering):
    """Whether what each pixel of the first frame shows is neither hidden nor outside in the second: [n, h, w].

    Looks at the nearest pixel, so that it may be wrong within a pixel of an outline.
    """
    n, height, width, _ = flow.shape
    times = torch.ones(n, device=flow.device)
    second = torch.zeros_like(covering)
    for index, layer in enumerate(layers[1:], start=1):
        second = torch.where(layer.cover(layer.motion.origins(times, height, width)) >= 0.5, index, second)
    places = (pixel_grid(height, width, flow.device) + flow).round().long()
    x, y = places.unbind(-1)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    there = y.clamp(0, height - 1) * width + x.clamp(0, width - 1)
    return inside & (second.flatten(1).gather(1, there.flatten(1)).view_as(covering) == covering)


def expose(dice, layers, textures, height, width, distance):
    """Both frames as they are in the instants of their exposure, averaged: [2, n, 3, h, w]."""
    n = dice.count
    blurred = round(n * BLURRED)
    exposure = torch.minimum(dice.uniform(0.1, 0.6), LONGEST_SMEAR / distance.clamp(min=1))
    offsets = torch.linspace(-0.5, 0.5, EXPOSURES, device=dice.device)
    smear = exposure[:blurred, None] * offsets
    # Instants of the blurred scenes, then one of each of the others; first all of frame one, then of frame two.
    instants = torch.arange(blurred * EXPOSURES, device=dice.device)
    rows = torch.cat([instants // EXPOSURES, torch.arange(blurred, n, device=dice.device)])
    times = torch.cat([smear.flatten(), torch.zeros(n - blurred, device=dice.device)])
    pictures = render(layers, textures, rows.repeat(2), torch.cat([times, times + 1]), height, width)
    frames = []
    for frame in pictures.chunk(2):
        instants, sharp = frame[: blurred * EXPOSURES], frame[blurred * EXPOSURES :]
        frames.append(torch.cat([instants.unflatten(0, (blurred, EXPOSURES)).mean(1), sharp]))
    return torch.stack(frames)


def render(layers, textures, rows, times, height, width):
    """The scenes numbered `rows` [m] at `times` [m], 0 and 1 being the two frames: [m, 3, h, w]."""
    picture = None
    for layer in layers:
        points = rows_of(layer.motion, rows).origins(times, height, width)
        colours = rows_of(layer.paint, rows).colours(textures, points)
        if picture is None:
            picture = colours
        else:
            cover = rows_of(layer.shape, rows).cover(layer.outline, points)[:, None]
            picture = torch.lerp(picture, colours, cover)
    return picture
