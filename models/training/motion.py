"""How a layer moves: affinely and bending, as a function of time that can be evaluated and inverted.

A point x of the layer in the first frame (time 0) is at time t at

    F_t(x) = c + t s + (I + t (M - I)) (x + t d(x) - c)

with the layer's centre c, its shift s, its linear map M, and d a sum of a few long waves that bends it. The true
flow is F_1(x) - x by this formula. Pictures need the inverse: affine exactly, then x = w - t d(x) by fixed-point
iteration, which converges because d's derivative stays below MOST_BENDING. d has no detail, so the iteration runs
on every GRID-th pixel and its result is interpolated by cubic convolution (Keys 1981).
"""

from dataclasses import dataclass
from functools import lru_cache

import torch

WAVES = 3
MOST_BENDING = 0.25
"""Bound of d's derivative: neighbouring pixels move apart by at most this share of their distance."""
GRID = 4
ITERATIONS = 7


@dataclass
class Motion:
    """Motions of n layers. Lengths are pixels; points are x and y in the last axis."""

    centre: torch.Tensor  # [n, 2]
    shift: torch.Tensor  # [n, 2]
    linear: torch.Tensor  # [n, 2, 2]
    frequency: torch.Tensor  # [n, WAVES, 2], radians per pixel
    amplitude: torch.Tensor  # [n, WAVES, 2]
    phase: torch.Tensor  # [n, WAVES]

    def flow(self, points):
        """F_1(x) - x at points [n, h, w, 2]."""
        offset = self.centre + self.shift - product(self.linear, self.centre)
        return affine(self.linear, offset, points + self.bending(points)) - points

    def bending(self, points):
        """d at points [n, h, w, 2]."""
        x, y = points[..., :1], points[..., 1:]
        total = torch.zeros_like(points)
        for wave in range(WAVES):
            horizontal, vertical = (at(self.frequency[:, wave, i : i + 1]) for i in (0, 1))
            angle = torch.addcmul(torch.addcmul(at(self.phase[:, wave, None]), x, horizontal), y, vertical)
            total = torch.addcmul(total, at(self.amplitude[:, wave]), angle.sin())
        return total

    def origins(self, times, height, width):
        """Where the pixels of a frame at `times` [n] are in the first frame: [n, height, width, 2]."""
        eye = torch.eye(2, device=times.device)
        inverse = inverse_of(eye + times[:, None, None] * (self.linear - eye))
        offset = self.centre - product(inverse, self.centre + times[:, None] * self.shift)
        start = affine(inverse, offset, coarse_grid(height, width, times.device))
        bent = torch.zeros_like(start)
        for _ in range(ITERATIONS):
            bent = -at(times[:, None]) * self.bending(start + bent)
        rows, columns = interpolation(height, times.device), interpolation(width, times.device)
        bent = torch.einsum("yi,nijc,xj->nyxc", rows, bent, columns)
        return affine(inverse, offset, pixel_grid(height, width, times.device)) + bent


def at(vectors):
    """Vectors [n, k] shaped so that they meet every pixel of [n, h, w, k]."""
    return vectors[:, None, None]


def product(matrices, vectors):
    """Matrices [n, 2, 2] times vectors [n, 2]."""
    return (matrices @ vectors[..., None])[..., 0]


def affine(matrices, offsets, points):
    """Matrices [n, 2, 2] times points [n, h, w, 2] plus offsets [n, 2], in two passes over the pixels."""
    x, y = points[..., :1], points[..., 1:]
    return torch.addcmul(torch.addcmul(at(offsets), x, at(matrices[:, :, 0])), y, at(matrices[:, :, 1]))


def inverse_of(matrices):
    """Matrices [n, 2, 2] inverted without waiting for the device, as torch.linalg.inv does."""
    a, b, c, d = matrices.flatten(1).unbind(1)
    adjugate = torch.stack([d, -b, -c, a], -1).view_as(matrices)
    return adjugate / (a * d - b * c)[:, None, None]


def pixel_grid(height, width, device):
    """x and y of every pixel's centre: [1, height, width, 2]."""
    return points_of(torch.arange(height, device=device), torch.arange(width, device=device))


def coarse_grid(height, width, device):
    """Every GRID-th pixel from one step before the first to at least one behind the last."""
    y = torch.arange(-1, knots(height) - 1, device=device) * GRID
    return points_of(y, torch.arange(-1, knots(width) - 1, device=device) * GRID)


def points_of(y, x):
    y, x = torch.meshgrid(y.float(), x.float(), indexing="ij")
    return torch.stack([x, y], -1)[None]


def knots(length):
    return (length - 1) // GRID + 4


@lru_cache(maxsize=32)
def interpolation(length, device):
    """The matrix [length, knots] of cubic convolution from every GRID-th pixel to all, on `device`."""
    position = torch.arange(length, dtype=torch.float64) / GRID + 1
    distance = (position[:, None] - torch.arange(knots(length))).abs()
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((2.5 - 0.5 * distance) * distance - 4) * distance + 2
    weights = torch.where(distance < 1, near, torch.where(distance < 2, far, torch.zeros_like(far)))
    return weights.float().to(device)


def rotation(angle):
    """Matrices [n, 2, 2] that turn by angles [n] in radians."""
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)


def draw_linear(dice, strength):
    """Small rotations, changes of scale and shears; `strength` [n] of 1 turns by about 3.5 degrees."""
    turn = rotation(dice.normal(0.06) * strength)
    scale = (dice.normal(0.05) * strength).clamp(-0.35, 0.35).exp()
    shear = torch.eye(2, device=dice.device) + dice.normal(0.03, 2, 2) * strength[:, None, None]
    return scale[:, None, None] * turn @ shear


def draw_waves(dice, side, strength):
    """Frequency, amplitude and phase of waves half as long as `side` or longer; `strength` [n] is within [0, 1]."""
    length = side * dice.uniform(0.5, 1.5, WAVES)
    angle = dice.uniform(0, 2 * torch.pi, WAVES)
    frequency = (2 * torch.pi / length)[..., None] * torch.stack([angle.cos(), angle.sin()], -1)
    slope = MOST_BENDING / WAVES * strength[:, None] * dice.uniform(0, 1, WAVES)
    heading = dice.uniform(0, 2 * torch.pi, WAVES)
    amplitude = (slope * length / (2 * torch.pi))[..., None] * torch.stack([heading.cos(), heading.sin()], -1)
    return {"frequency": frequency, "amplitude": amplitude, "phase": dice.uniform(0, 2 * torch.pi, WAVES)}


def draw_distance(dice, side, reach):
    """How far things go in each scene, in pixels [n]: mostly below 40, one scene in six up to 150.

    Never beyond 0.45 of `side`, the frame's shorter one, because then nothing would be left to match. `reach` scales
    all, so that training may begin with small motion.
    """
    little, usual, far = dice.uniform(0, 4), 40 * dice.uniform(0, 1) ** 1.5, 40 + 110 * dice.uniform(0, 1) ** 1.5
    which = dice.uniform(0, 1)
    distance = torch.where(which < 0.3, little, torch.where(which < 0.84, usual, far))
    return (reach * distance).clamp(max=0.45 * side)


def draw_camera(dice, height, width, distance, reach):
    """What moves everything alike: a third of the cameras stand still, a third only shift."""
    which = dice.uniform(0, 1)
    shift = dice.direction() * (distance * dice.uniform(0, 1) * (which > 0.33))[:, None]
    linear = draw_linear(dice, 0.7 * reach * (which > 0.66).float())
    still = torch.zeros(dice.count, device=dice.device)
    middle = torch.stack([still + width / 2, still + height / 2], -1)
    return Motion(middle, shift, linear, **draw_waves(dice, min(height, width), still))


def draw_motion(dice, camera, centre, side, distance, reach):
    """The motion of one layer with this centre [n, 2]: its own, then the camera's."""
    rigid = dice.chance(0.3)
    lively = dice.uniform(0, 1.2) * torch.where(dice.chance(0.1) > 0, 3.0, 1.0) * (1 - rigid)
    own = dice.direction() * (distance * dice.uniform(0, 1))[:, None]
    linear = draw_linear(dice, reach * lively)
    waves = draw_waves(dice, side, reach * dice.uniform(0, 1) ** 2 * (1 - rigid))
    seen = product(camera.linear, centre + own - camera.centre)
    shift = camera.centre + camera.shift + seen - centre
    return Motion(centre, shift, camera.linear @ linear, **waves)
