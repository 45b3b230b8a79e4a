"""Files of named tensors in the safetensors format: a length, a JSON header, the tensors' bytes side by side."""

import json
import struct

import numpy as np
import torch

TYPES = {"F32": "<f4", "F16": "<f2"}


def write_safetensors(path, tensors, facts=None):
    """Writes {name: float tensor} in half precision; `facts` are strings by name for the header.

    Raises ValueError for a number that half precision cannot hold.
    """
    header, parts, end = {"__metadata__": dict(facts or {})}, [], 0
    for name, tensor in sorted(tensors.items()):
        values = tensor.detach().cpu().to(torch.float16)
        if not torch.isfinite(values).all():
            raise ValueError(f"{name} holds numbers beyond half precision")
        data = values.numpy().astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [end, end + len(data)]}
        end += len(data)
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    # Padded so that the tensors begin at a multiple of eight bytes.
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read_safetensors(path):
    """The tensors of a file of floats or half floats, by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(length)), file.read()
    tensors = {}
    for name, described in header.items():
        if name != "__metadata__":
            start, end = described["data_offsets"]
            values = np.frombuffer(data[start:end], TYPES[described["dtype"]]).reshape(described["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors
