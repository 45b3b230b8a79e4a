#!/usr/bin/env python3
"""A gradient step in PyTorch, as deep dream programs take it: eagerly, on the processor.

    python3 torch_step.py FILE LAYER HEIGHT WIDTH THREADS

FILE is written by tests/reference/torch_file.ts. Every line on standard input asks for one step; its seconds are
printed. The gradient is not smoothed.
"""
import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../reference"))
from torch_network import Network  # noqa: E402

MEAN = torch.tensor([104.0, 117.0, 123.0])[:, None, None]
RATE = 0.01


def step(network, layer, picture, shift):
    rolled = torch.roll(picture, shift, (2, 3)).requires_grad_()
    values = network(rolled.flip(1) * 255 - MEAN, layer)
    (values[layer] ** 2).mean().backward()
    gradient = torch.roll(rolled.grad, [-amount for amount in shift], (2, 3))
    return (picture + RATE * gradient / gradient.abs().mean()).clamp(0, 1)


def main():
    path, layer = sys.argv[1:3]
    height, width, threads = map(int, sys.argv[3:6])
    torch.set_num_threads(threads)
    network = Network(path)
    picture = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1))
    for _ in sys.stdin:
        start = time.perf_counter()
        step(network, layer, picture, [height - 7, 11])
        print(time.perf_counter() - start, flush=True)


main()
