"""Compares the network with torchvision's, and the loss and errors with sums by hand, as JSON.

    python3 compare_raft.py [FOLDER]

FOLDER, where given, holds benchmark pairs with known motion.
"""

import json
import sys

import torch

from course import learning_rate, parse_stages, stage_at
from middlebury import end_point_error, estimate, read_pairs
from raft import RaftSmall, correlation_pyramid
from train import sequence_loss


def same_as_torchvision():
    """The largest difference in pixels with the same weights, and the mean length of flow; None without torchvision."""
    try:
        from torchvision.models.optical_flow import raft_small
    except ImportError:
        return None
    torch.manual_seed(3)
    reference, own = raft_small().eval(), RaftSmall().eval()
    own.load_state_dict(reference.state_dict())
    previous, current = torch.rand(2, 2, 3, 128, 144) * 2 - 1
    expected = reference(previous, current, num_flow_updates=3)
    found = own(previous, current, 3)
    off = max((a - b).abs().max().item() for a, b in zip(expected, found))
    return {"off": off, "length": expected[-1].norm(dim=1).mean().item(), "gradients": gradients_off(reference, own)}


def gradients_off(reference, own):
    """The largest difference between the gradients of the last flow's sum, relative to the largest gradient."""
    pictures = torch.rand(2, 1, 3, 128, 128) * 2 - 1
    for model in (reference, own):
        model(*pictures, 2)[-1].sum().backward()
    expected = dict(reference.named_parameters())
    off = max((p.grad - expected[name].grad).abs().max().item() for name, p in own.named_parameters())
    return off / max(p.grad.abs().max().item() for p in own.parameters())


def loss_by_hand():
    """Two updates, four pixels of which one is not valid."""
    truth = torch.zeros(1, 2, 2, 2)
    valid = torch.tensor([[[True, True], [True, False]]])
    first, second = torch.full_like(truth, 3.0), torch.full_like(truth, -1.0)
    second[..., 1, 1] = 100
    return sequence_loss([first, second], truth, valid).item()


def main():
    torch.set_num_threads(1)
    stages = parse_stages("0.25:64x96x8:0.5 1:128x160x4:1")
    bf16 = torch.ones(1, 128, 8, 8, dtype=torch.bfloat16)
    facts = {
        "torchvision": same_as_torchvision(),
        "shapes": {name: list(tensor.shape) for name, tensor in RaftSmall().state_dict().items()},
        "loss": loss_by_hand(),
        "correlation": str(correlation_pyramid(bf16, bf16)[0].dtype),
        "rates": [learning_rate(1.0, progress) for progress in (0, 0.05, 0.525, 1)],
        "heights": [stage_at(stages, progress).height for progress in (0, 0.24, 0.25, 1)],
        "odd": list(estimate(RaftSmall(), torch.zeros(1, 3, 67, 75), torch.zeros(1, 3, 67, 75), 1).shape),
    }
    for folder in sys.argv[1:]:
        pairs = read_pairs(folder)
        truths = {name: truth for name, (_, _, truth) in pairs.items()}
        facts["still"] = {name: end_point_error(0 * truth, truth) for name, truth in truths.items()}
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main()
