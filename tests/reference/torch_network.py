"""Runs a network that torch_file.ts has written, operator by operator, in PyTorch."""
import json

import numpy as np
import torch
import torch.nn.functional as F


class Network:
    """Values by name, from the input [1, 3, height, width]."""

    def __init__(self, path, dtype=torch.float32):
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
            data = np.frombuffer(file.read(), np.float32)
        self.input, self.nodes = header["input"], header["nodes"]
        self.weights = {
            name: torch.tensor(data[w["start"]:w["start"] + int(np.prod(w["dims"]))]).reshape(w["dims"]).to(dtype)
            for name, w in header["weights"].items()
        }

    def __call__(self, x, last=None):
        values = {**self.weights, self.input: x}
        for node in self.nodes:
            inputs = [values[name] for name in node["inputs"]]
            values[node["outputs"][0]] = OPERATORS[node["op"]](node["attributes"], *inputs)
            if last in node["outputs"]:
                break
        return values


def symmetric(pads, rank=2):
    before, after = pads[:rank], pads[rank:]
    assert before == after, "padding has to be the same at both ends"
    return before


def conv(attributes, x, weight, bias=None):
    return F.conv2d(x, weight, bias, attributes.get("strides", 1), symmetric(attributes.get("pads", [0] * 4)),
                    attributes.get("dilations", 1), attributes.get("group", 1))


def max_pool(attributes, x):
    return F.max_pool2d(x, attributes["kernel_shape"], attributes.get("strides", [1, 1]),
                        symmetric(attributes.get("pads", [0] * 4)), attributes.get("dilations", 1),
                        bool(attributes.get("ceil_mode", 0)))


def lrn(attributes, x):
    return F.local_response_norm(x, attributes["size"], attributes.get("alpha", 1e-4),
                                 attributes.get("beta", 0.75), attributes.get("bias", 1.0))


OPERATORS = {
    "Conv": conv,
    "MaxPool": max_pool,
    "LRN": lrn,
    "Relu": lambda attributes, x: F.relu(x),
    "Concat": lambda attributes, *parts: torch.cat(parts, attributes["axis"]),
}
