"""Writes the weights of a training for use, and the facts for their card.

    python3 export.py raft-small.pt raft-small.safetensors --validate FOLDER

Beside the weights (half precision, about 2 MB, torchvision's names, the running average of training) come
`raft-small.svg`, the loss and the validation over the steps, and `raft-small.md`, what was done and the end-point
errors of the very numbers written.
"""

import argparse
import json
import math
from pathlib import Path

from middlebury import end_point_errors, read_model, read_pairs
from safetensors_file import write_safetensors
from train import load_state

WIDTH, HEIGHT, MARGIN = 720, 360, 48
COLOURS = ("#555", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
POINTS = 240


def read_log(path):
    """The lines of a log, without those of steps that were lost and done again after a crash."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        fact = json.loads(line)
        if "begin" in fact:
            lines = [kept for kept in lines if kept.get("step", kept.get("begin", 0)) <= fact["begin"]]
        lines.append(fact)
    return lines


def curves(log):
    """{name: [(step, pixels)]}: the end-point error in training, and on every validation pair."""
    found = {"training scenes": [(line["step"], line["epe"]) for line in log if "epe" in line]}
    for line in log:
        for name, error in line.get("validation", {}).items():
            found.setdefault(name, []).append((line["step"], error))
    return {name: thinned(points) for name, points in found.items() if points}


def thinned(points):
    """At most about POINTS points, each the mean of as many neighbours."""
    size = max(1, len(points) // POINTS)
    groups = [points[i : i + size] for i in range(0, len(points), size)]
    return [tuple(sum(column) / len(group) for column in zip(*group)) for group in groups]


def figure(found):
    """The curves as SVG: steps along, pixels up on a logarithmic scale."""
    values = [error for points in found.values() for _, error in points if error > 0]
    low, high = math.floor(math.log2(min(values))), math.ceil(math.log2(max(values)))
    high = max(high, low + 1)
    last = max(step for points in found.values() for step, _ in points)

    def x(step):
        return MARGIN + (WIDTH - 4 * MARGIN) * step / max(last, 1)

    def y(error):
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (math.log2(max(error, 2**low)) - low) / (high - low)

    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
    for power in range(low, high + 1):
        parts.append(f'<path d="M{x(0)} {y(2**power):.1f}H{x(last):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{x(0) - 6}" y="{y(2**power) + 4:.1f}" text-anchor="end">{2.0**power:g} px</text>')
    parts.append(f'<text x="{x(last):.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="end">{last:,.0f} steps</text>')
    parts.append(f'<text x="{MARGIN}" y="{MARGIN - 18}">End-point error while training</text>')
    for place, (name, points) in enumerate(found.items()):
        colour = COLOURS[place % len(COLOURS)]
        line = " ".join(f"{x(step):.1f},{y(error):.1f}" for step, error in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{x(last) + 12:.1f}" y="{MARGIN + 18 * place}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def card(state, log, errors, weights):
    """What the card must say, as Markdown."""
    course = state["course"]
    paces = [line["steps_per_second"] for line in log if "steps_per_second" in line]
    devices = sorted({f"{line['device']}, PyTorch {line['torch']}" for line in log if "device" in line})
    rows = [
        f"- {state['step']:,} steps in {state['seconds'] / 60:.0f} minutes ({'; '.join(devices)}), "
        f"{sorted(paces)[len(paces) // 2] if paces else 0:.2f} steps a second in the middle",
        f"- stages `{course['stages']}`, {course['updates']} updates, seed {course['seed']}",
        f"- AdamW with a weight decay of {course['decay']:g}, one cycle of learning rates up to {course['rate']:g}",
        f"- `{weights.name}`: {weights.stat().st_size:,} bytes, half precision, running average of the weights",
    ]
    if errors:
        rows += ["", "| pair | end-point error, px |", "| --- | --- |"]
        rows += [f"| {name} | {error:.3f} |" for name, error in errors.items()]
    return "\n".join([*rows, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--validate", type=Path, metavar="FOLDER", help="folder of pairs, see middlebury.py")
    parser.add_argument("--updates", type=int, default=12)
    options = parser.parse_args()
    state = load_state(options.checkpoint)
    write_safetensors(options.weights, state["average"], {"format": "pt", "steps": str(state["step"])})
    model = read_model(options.weights)
    errors = end_point_errors(model, read_pairs(options.validate), options.updates) if options.validate else {}
    log_file = options.checkpoint.with_suffix(".jsonl")
    log = read_log(log_file) if log_file.exists() else []
    facts = card(state, log, errors, options.weights)
    options.weights.with_suffix(".md").write_text(facts, encoding="utf-8")
    found = curves(log)
    if found:
        options.weights.with_suffix(".svg").write_text(figure(found), encoding="utf-8")
    print(facts, end="")


if __name__ == "__main__":
    main()
