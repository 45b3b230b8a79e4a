"""Random numbers of which each scene of a batch gets its own, drawn on the device from one generator."""

import torch


class Dice:
    """Draws tensors [count, *shape] on `device`; the same seed draws the same numbers on the same device."""

    def __init__(self, seed, count, device):
        self.generator = torch.Generator(device).manual_seed(seed)
        self.count = count
        self.device = device

    def uniform(self, low, high, *shape):
        numbers = torch.rand(self.count, *shape, generator=self.generator, device=self.device)
        return low + (high - low) * numbers

    def log_uniform(self, low, high, *shape):
        """Numbers whose logarithms are spread evenly: a half is as likely as a double."""
        return low * (high / low) ** self.uniform(0, 1, *shape)

    def normal(self, deviation, *shape):
        return deviation * torch.randn(self.count, *shape, generator=self.generator, device=self.device)

    def chance(self, share, *shape):
        """1.0 in a share of the cases, else 0.0."""
        return (self.uniform(0, 1, *shape) < share).float()

    def integers(self, end, *shape):
        return torch.randint(end, (self.count, *shape), generator=self.generator, device=self.device)

    def direction(self):
        """Unit vectors [count, 2]."""
        angle = self.uniform(0, 2 * torch.pi)
        return torch.stack([angle.cos(), angle.sin()], -1)
