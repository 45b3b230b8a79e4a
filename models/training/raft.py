"""RAFT-small (Teed and Deng 2020, arXiv 2003.12039, appendix A), with torchvision's names for its tensors.

What it is in numbers stands in `../networks/raft/architecture.ts`. It is here a second time because training needs
PyTorch, and because it then runs where there is no torchvision. The context encoder of RAFT-small has no
normalisation at all, the feature encoder normalises each picture by itself: nothing differs between training and use.
"""

import torch
import torch.nn.functional as F
from torch import nn

HIDDEN = 96
"""Channels of the recurrent state; the context encoder's other channels are the context."""
LEVELS = 4
RADIUS = 3
CELL = 8
"""Pixels per cell of the grid that flow is refined on, each way."""


def unit(inputs, outputs, kernel, stride=1, normalise=False, activate=True):
    """A convolution that keeps the size (over `stride`), then instance normalisation and ReLU where wanted."""
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)]
    if normalise:
        layers.append(nn.InstanceNorm2d(outputs))
    if activate:
        layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class Bottleneck(nn.Module):
    """A residual block: 1x1, 3x3 and 1x1 convolutions at a quarter of the channels, beside a shortcut."""

    def __init__(self, inputs, outputs, stride, normalise):
        super().__init__()
        narrow = outputs // 4
        self.convnormrelu1 = unit(inputs, narrow, 1, normalise=normalise)
        self.convnormrelu2 = unit(narrow, narrow, 3, stride, normalise)
        self.convnormrelu3 = unit(narrow, outputs, 1, normalise=normalise)
        same = stride == 1
        self.downsample = nn.Identity() if same else unit(inputs, outputs, 1, stride, normalise, activate=False)

    def forward(self, x):
        y = self.convnormrelu3(self.convnormrelu2(self.convnormrelu1(x)))
        return F.relu(self.downsample(x) + y)


class Encoder(nn.Module):
    """Pictures [n, 3, h, w] to features [n, outputs, h / 8, w / 8]."""

    def __init__(self, outputs, normalise):
        super().__init__()
        self.convnormrelu = unit(3, 32, 7, 2, normalise)
        for layer, (before, after, stride) in enumerate([(32, 32, 1), (32, 64, 2), (64, 96, 2)], start=1):
            first = Bottleneck(before, after, stride, normalise)
            self.add_module(f"layer{layer}", nn.Sequential(first, Bottleneck(after, after, 1, normalise)))
        self.conv = nn.Conv2d(96, outputs, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        return self.conv(self.layer3(self.layer2(self.layer1(self.convnormrelu(x)))))


class MotionEncoder(nn.Module):
    """Looked-up correlations and flow to 80 channels of motion and the flow itself."""

    def __init__(self):
        super().__init__()
        self.convcorr1 = unit(LEVELS * (2 * RADIUS + 1) ** 2, 96, 1)
        self.convflow1 = unit(2, 64, 7)
        self.convflow2 = unit(64, 32, 3)
        self.conv = unit(96 + 32, 80, 3)

    def forward(self, flow, correlations):
        parts = [self.convcorr1(correlations), self.convflow2(self.convflow1(flow))]
        return torch.cat([self.conv(torch.cat(parts, 1)), flow], 1)


class ConvGru(nn.Module):
    """A gated recurrent unit whose gates are 3x3 convolutions."""

    def __init__(self, inputs):
        super().__init__()
        for gate in "zrq":
            self.add_module(f"conv{gate}", nn.Conv2d(HIDDEN + inputs, HIDDEN, 3, padding=1))

    def forward(self, state, x):
        both = torch.cat([state, x], 1)
        z = torch.sigmoid(self.convz(both))
        r = torch.sigmoid(self.convr(both))
        q = torch.tanh(self.convq(torch.cat([r * state, x], 1)))
        return (1 - z) * state + z * q


class FlowHead(nn.Module):
    """The recurrent state to a change of flow, in cells."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(HIDDEN, 128, 3, padding=1)
        self.conv2 = nn.Conv2d(128, 2, 3, padding=1)

    def forward(self, state):
        return self.conv2(F.relu(self.conv1(state)))


class UpdateBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.motion_encoder = MotionEncoder()
        self.recurrent_block = nn.ModuleDict({"convgru1": ConvGru(64 + 82)})
        self.flow_head = FlowHead()

    def forward(self, state, context, correlations, flow):
        x = torch.cat([context, self.motion_encoder(flow, correlations)], 1)
        state = self.recurrent_block["convgru1"](state, x)
        return state, self.flow_head(state)


def correlation_pyramid(first, second):
    """Dot products of all pairs of features, over the root of their number, averaged over 1, 2, 4 and 8 cells.

    In float32 whatever the features are: half precision would round large sums. Level i of the pyramid is
    [n * h * w, 1, h >> i, w >> i].
    """
    n, channels, h, w = first.shape
    with torch.autocast(first.device.type, enabled=False):
        first, second = (features.float().flatten(2) for features in (first, second))
        volume = torch.matmul(first.transpose(1, 2), second / channels**0.5)
        levels = [volume.view(n * h * w, 1, h, w)]
        while len(levels) < LEVELS:
            levels.append(F.avg_pool2d(levels[-1], 2))
    return levels


def look_up(levels, places):
    """Correlations within RADIUS cells of where flow points to, on all levels: [n, 4 * 49, h, w].

    `places` [n, 2, h, w] are x and y in cells of the second picture; beyond it correlations are 0.
    """
    n, _, h, w = places.shape
    steps = torch.arange(-RADIUS, RADIUS + 1, device=places.device, dtype=places.dtype)
    # In torchvision's order x changes with the slower index.
    window = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)
    centres = places.permute(0, 2, 3, 1).reshape(n * h * w, 1, 1, 2)
    found = []
    for level, volume in enumerate(levels):
        x, y = (centres / 2**level + window).unbind(-1)
        grid = torch.stack([(2 * x + 1) / volume.shape[3] - 1, (2 * y + 1) / volume.shape[2] - 1], -1)
        found.append(F.grid_sample(volume, grid, align_corners=False).view(n, h, w, -1))
    return torch.cat(found, -1).permute(0, 3, 1, 2)


def cell_grid(n, h, w, device):
    """x and y of every cell: [n, 2, h, w]."""
    y, x = torch.meshgrid(torch.arange(h, device=device), torch.arange(w, device=device), indexing="ij")
    return torch.stack([x, y]).float().expand(n, 2, h, w)


class RaftSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.feature_encoder = Encoder(128, normalise=True)
        self.context_encoder = Encoder(160, normalise=False)
        self.update_block = UpdateBlock()

    def forward(self, previous, current, updates=12):
        """The flow from `previous` to `current` after every update: a list of [n, 2, h, w], x and y in pixels.

        Pictures are RGB [n, 3, h, w] in [-1, 1]; h and w must be multiples of 8.
        """
        previous_features, current_features = self.feature_encoder(torch.cat([previous, current])).chunk(2)
        levels = correlation_pyramid(previous_features, current_features)
        encoded = self.context_encoder(previous)
        state, context = encoded[:, :HIDDEN].tanh(), encoded[:, HIDDEN:].relu()
        n, _, h, w = state.shape
        origin = cell_grid(n, h, w, state.device)
        flow, flows = torch.zeros_like(origin), []
        for _ in range(updates):
            # As in the paper each update learns from its own loss only.
            flow = flow.detach()
            with torch.autocast(flow.device.type, enabled=False):
                correlations = look_up(levels, origin + flow)
            state, change = self.update_block(state, context, correlations, flow)
            flow = flow + change.float()
            flows.append(CELL * F.interpolate(flow, scale_factor=CELL, mode="bilinear", align_corners=True))
        return flows
