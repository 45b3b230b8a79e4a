"""What a camera makes of a scene: light and colour that differ between two frames, unsharpness, noise, eight bits."""

from functools import lru_cache

import torch
import torch.nn.functional as F


def photograph(dice, frames):
    """Two frames [2, n, 3, h, w] in [0, 1] as one camera would take them: the same shape and range."""
    first, second = frames
    both = light(dice, torch.cat([first, second], -1), 1.0)
    first, second = both.chunk(2, -1)
    changed = dice.chance(0.6)
    second = torch.where(changed[:, None, None, None] > 0, shade(dice, light(dice, second, 0.4)), second)
    amount = 0.05 * dice.uniform(0, 1) ** 3
    return torch.stack([develop(dice, first, amount), develop(dice, second, amount)])


def light(dice, pictures, strength):
    """Contrast, brightness, colours and gamma changed by some 10 to 20 %, at times 40 %, at a strength of 1."""

    def each(numbers):
        return numbers.reshape(dice.count, -1, 1, 1)

    gains = each((dice.normal(0.12 * strength) + dice.uniform(-0.05, 0.05)).exp()[:, None].expand(-1, 3))
    colours = each(dice.normal(0.06 * strength, 3).exp())
    gamma = each(dice.normal(0.15 * strength).clamp(-0.5, 0.5).exp())
    brightness = each(dice.normal(0.04 * strength))
    return (pictures * gains * colours + brightness).clamp(0.001, 1) ** gamma


def shade(dice, pictures):
    """One frame in three gets darker towards one side, by up to a third."""
    height, width = pictures.shape[-2:]
    y = torch.linspace(-1, 1, height, device=dice.device)[:, None]
    x = torch.linspace(-1, 1, width, device=dice.device)
    slope = 0.15 * dice.direction() * (dice.uniform(0, 1) * dice.chance(0.33))[:, None]
    gradient = 1 + slope[:, 0, None, None] * x + slope[:, 1, None, None] * y
    return pictures * gradient[:, None]


def develop(dice, pictures, noise):
    """Unsharpness of up to a pixel in one frame of four, noise of a standard deviation [n], eight bits."""
    share = dice.uniform(0, 1) * dice.chance(0.25)
    pictures = torch.lerp(pictures, smoothed(pictures), share[:, None, None, None])
    grain = torch.randn(pictures.shape, generator=dice.generator, device=dice.device)
    pictures = pictures + noise[:, None, None, None] * grain
    return (255 * pictures).round().clamp(0, 255) / 255


def smoothed(pictures):
    """Averaged with binomial weights over 5x5 pixels."""
    return F.conv2d(F.pad(pictures, (2, 2, 2, 2), mode="replicate"), binomial(pictures.device), groups=3)


@lru_cache(maxsize=4)
def binomial(device):
    """The kernels [3, 1, 5, 5] of smoothed()."""
    weights = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    return (weights[:, None] * weights).expand(3, 1, 5, 5).contiguous().to(device)
