"""Outlines of layers, as functions that are negative inside: blobs, polygons, thin things, cut-outs, leaves, frames.

Each takes points of the layer's own plane (its half extent is 1) and gives about the distance to the outline there.
Which outline a layer has is fixed for a batch, its numbers differ from scene to scene.
"""

from dataclasses import dataclass

import torch

from motion import affine, product, rotation

NUMBERS = 12


@dataclass
class Shape:
    """Outlines of n layers."""

    plane: torch.Tensor  # [n, 2, 2], pixels to the layer's plane
    offset: torch.Tensor  # [n, 2], where the plane has the pixel at 0, 0
    extent: torch.Tensor  # [n], pixels per unit of the plane
    softness: torch.Tensor  # [n], pixels over which the edge fades
    numbers: torch.Tensor  # [n, NUMBERS], within [0, 1]

    def cover(self, outline, points):
        """How much of each of the points [n, h, w, 2] the layer covers: [n, h, w], 0 to 1, 0.5 on its outline."""
        x, y = affine(self.plane, self.offset, points).unbind(-1)
        numbers = [self.numbers[:, i, None, None] for i in range(NUMBERS)]
        distance = outline(x, y, numbers) * self.extent[:, None, None]
        return (0.5 - distance / self.softness[:, None, None]).clamp(0, 1)


def blob(x, y, numbers):
    angle = torch.atan2(y, x)
    radius = torch.full_like(numbers[0], 0.85)
    for k in range(5):
        sharpest = (0.22, 0.15, 0.1, 0.08, 0.05)[k]
        wave = torch.add(6.28 * numbers[k + 5], angle, alpha=k + 2).cos_()
        radius = torch.addcmul(radius, sharpest * numbers[k], wave)
    return torch.hypot(x, y) - radius


def polygon(x, y, numbers, sides=6):
    """Between three and six sides: those drawn far out cut nothing off."""
    worst = None
    for k in range(sides):
        angle = 6.28 / sides * (k + 0.8 * numbers[k])
        reach = -(0.45 + 0.55 * numbers[(k + 5) % NUMBERS])
        side = torch.addcmul(torch.addcmul(reach, x, angle.cos()), y, angle.sin())
        worst = side if worst is None else torch.maximum(worst, side)
    return worst


def thin(x, y, numbers):
    """A bent wire or branch, or several side by side like a fence."""
    bent = y + 0.3 * numbers[0] * torch.sin((1 + 3 * numbers[1]) * x + 6.28 * numbers[2])
    gap = 0.25 + 0.5 * numbers[3]
    several = (numbers[4] > 0.5).float()
    middle = gap * torch.round(bent / gap).clamp(-2, 2) * several
    width = (0.01 + 0.05 * numbers[5]) * (1 + 0.4 * numbers[6] * torch.sin(3 * x))
    return torch.maximum((bent - middle).abs() - width, x.abs() - 1)


def cutout(x, y, numbers):
    """A blob with a lattice of holes."""
    rate = 4 + 8 * numbers[10]
    holes = torch.cos(rate * x + 6.28 * numbers[11]) * torch.cos(rate * y) - (0.25 + 0.5 * numbers[4])
    return torch.maximum(blob(x, y, numbers), holes / rate)


def leaves(x, y, numbers):
    """Ragged patches within a blob."""
    total = 0
    for k in range(4):
        rate = 5 + 3 * k
        angle, phase = 6.28 * numbers[k], 6.28 * numbers[k + 4]
        wave = torch.addcmul(torch.addcmul(phase, x, rate * angle.cos()), y, rate * angle.sin())
        total = total + wave.sin_()
    return torch.maximum(blob(x, y, numbers), (total - 1.2 + 2 * numbers[9]) / 14)


def frame(x, y, numbers):
    """A polygon with the same polygon cut out of it."""
    share = 0.5 + 0.35 * numbers[11]
    return torch.maximum(polygon(x, y, numbers), -share * polygon(x / share, y / share, numbers))


OUTLINES = (blob, polygon, thin, cutout, leaves, frame)


def draw_shape(dice, centre, side, outline):
    """An outline of random size, direction and proportions; `side` is the frame's shorter one in pixels."""
    smallest, largest = (0.3, 0.9) if outline is thin else (0.1, 0.5)
    extent = side * dice.log_uniform(smallest, largest)
    longer = dice.log_uniform(0.6, 1.6)
    stretch = torch.diag_embed(torch.stack([1 / longer, longer], -1)) / extent[:, None, None]
    softness = torch.where(dice.chance(0.2) > 0, dice.uniform(1.5, 4), torch.ones_like(extent))
    plane = stretch @ rotation(dice.uniform(0, 2 * torch.pi))
    numbers = dice.uniform(0, 1, NUMBERS)
    return Shape(plane, -product(plane, centre), extent / longer.clamp(min=1), softness, numbers)
