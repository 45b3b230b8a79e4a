"""Trains RAFT-small on scenes that are made on the way.

    python3 train.py textures.zip raft-small.pt --total-minutes 120 --minutes 18 --validate FOLDER

Goes on from `raft-small.pt` where it is there, with the course it was begun with unless options say otherwise; saves it
every few minutes, when `--minutes` are over and when interrupted. Each line of the log beside it is one JSON object.
"""

import argparse
import json
import math
import os
import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import torch

from course import learning_rate, parse_stages, stage_at
from middlebury import end_point_errors, read_pairs
from raft import RaftSmall
from scenes import make_pairs, with_soft_copies
from textures import read_pack

COURSE = {
    "steps": None,
    "total_minutes": 120.0,
    # Small pictures first, but not small motion: while flow is short, saying that nothing moves is hard to improve on.
    "stages": "0.2:192x256x64:0.8 0.5:288x384x48:1 1:368x496x32:1",
    "rate": 4e-4,
    "decay": 1e-5,
    "updates": 12,
    "seed": 1,
}
"""What a training is begun with and goes on with, unless options say otherwise."""
GAMMA = 0.8
CLIP = 1.0
AVERAGED = 0.999


def sequence_loss(flows, truth, valid):
    """RAFT's loss: the mean absolute error of every update's flow, each counting 0.8 times what the next one does.

    `flows` and `truth` are [n, 2, h, w] in pixels, `valid` [n, h, w].
    """
    weights = valid[:, None].float()
    known = 2 * weights.sum().clamp(min=1)
    total = 0
    for age, flow in enumerate(reversed(flows)):
        total = total + GAMMA**age * ((flow - truth).abs() * weights).sum() / known
    return total


class Training:
    """The network, its optimiser, the running average of its weights, and how far they are."""

    def __init__(self, course, device, precision, compiled=False, channels_last=False):
        torch.manual_seed(course["seed"])
        self.course = course
        self.device = torch.device(device)
        self.stages = parse_stages(course["stages"])
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.model = RaftSmall().to(self.device, memory_format=self.layout)
        self.forward = torch.compile(self.model, dynamic=False) if compiled else self.model
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(),
            lr=course["rate"],
            weight_decay=course["decay"],
            **({"fused": True} if self.device.type == "cuda" else {}),
        )
        self.average = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        self.half = precision == "bf16"
        self.step = 0
        self.seconds = 0.0

    @property
    def progress(self):
        """How much of the course is done, within [0, 1]: of its steps, or of its time."""
        if self.course["steps"]:
            return min(self.step / self.course["steps"], 1.0)
        return min(self.seconds / 60 / self.course["total_minutes"], 1.0)

    def advance(self, textures):
        """One step. Returns loss and end-point error of the last update as tensors, so as not to wait for the device.

        The scenes follow from seed and step alone: going on from a checkpoint needs no random state.
        """
        progress = self.progress
        stage = stage_at(self.stages, progress)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.course["rate"], progress)
        seed = self.course["seed"] * 10_000_019 + self.step
        with torch.no_grad():
            pairs = make_pairs(textures, seed, stage.batch, stage.height, stage.width, stage.reach)
            previous, current = (self.input(picture) for picture in (pairs.previous, pairs.current))
        with torch.autocast(self.device.type, torch.bfloat16) if self.half else nullcontext():
            flows = self.forward(previous, current, self.course["updates"])
        loss = sequence_loss(flows, pairs.flow, pairs.valid)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimiser.step()
        self.step += 1
        self.average_weights()
        errors = (flows[-1].detach() - pairs.flow).norm(dim=1)
        return loss.detach(), (errors * pairs.valid).sum() / pairs.valid.sum().clamp(min=1)

    def input(self, picture):
        return (2 * picture - 1).contiguous(memory_format=self.layout)

    @torch.no_grad()
    def average_weights(self):
        """Weights averaged over about the last thousand steps, fewer at the beginning, do better than the last ones."""
        keep = min(AVERAGED, (1 + self.step) / (10 + self.step))
        for name, tensor in self.model.state_dict().items():
            self.average[name].lerp_(tensor, 1 - keep)

    def averaged_model(self):
        model = RaftSmall().to(self.device)
        model.load_state_dict(self.average)
        return model.eval()

    def state(self):
        """All that going on needs."""
        return {
            "course": self.course,
            "model": self.model.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }

    def restore(self, state):
        self.model.load_state_dict(state["model"])
        self.average = {name: tensor.to(self.device) for name, tensor in state["average"].items()}
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]


def load_state(path):
    """A checkpoint of save_state(). PyTorch before 2 cannot read its numbers without trusting the file."""
    return torch.load(path, map_location="cpu", weights_only=not torch.__version__.startswith("1."))


def save_state(path, state):
    """Replaces a checkpoint as a whole: whatever happens, there is the old one or the new one."""
    partial = path.with_name(f"{path.name}.partial")
    with open(partial, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


class Interruption:
    """Turns SIGINT and SIGTERM into a wish to stop after the step at hand."""

    def __init__(self):
        self.signal = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.note)

    def note(self, number, _):
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number


class Log:
    """One JSON object per line, in a file and on standard output."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")

    def write(self, **facts):
        rounded = {name: round(fact, 6) if isinstance(fact, float) else fact for name, fact in facts.items()}
        line = json.dumps(rounded)
        self.file.write(f"{line}\n")
        self.file.flush()
        print(line, flush=True)


class Run:
    """Steps until the course or the time given is over or someone interrupts; saves, logs and validates."""

    def __init__(self, training, options, log):
        self.training, self.options, self.log = training, options, log
        self.pairs = read_pairs(options.validate, training.device) if options.validate else {}
        self.results = []
        self.began = self.saved = self.validated = self.lap = time.monotonic()

    def steps(self, textures, interruption):
        training, options = self.training, self.options
        while training.progress < 1 and interruption.signal is None and not over(self.began, options.minutes):
            start = time.monotonic()
            self.results.append(training.advance(textures))
            if training.step % options.log_every == 0:
                self.report()
            training.seconds += time.monotonic() - start
            if over(self.validated, options.validate_minutes):
                self.validate()
            if over(self.saved, options.save_minutes):
                self.save()
        self.save()
        if interruption.signal is None:
            self.validate()

    def report(self):
        """Logs the mean of the steps since the last line. Raises FloatingPointError when the loss is no number."""
        loss, error = (torch.stack(column).mean().item() for column in zip(*self.results))
        pace = len(self.results) / (time.monotonic() - self.lap)
        step, minutes = self.training.step, self.training.seconds / 60
        self.log.write(step=step, minutes=minutes, loss=loss, epe=error, steps_per_second=pace)
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss}: go on from the checkpoint at a lower --rate")
        self.results.clear()
        self.lap = time.monotonic()

    def validate(self):
        if self.results:
            self.report()
        if self.pairs:
            errors = end_point_errors(self.training.averaged_model(), self.pairs, self.training.course["updates"])
            rounded = {name: round(error, 4) for name, error in errors.items()}
            self.log.write(step=self.training.step, validation=rounded)
        self.validated = self.lap = time.monotonic()

    def save(self):
        """Saves, but never what has become useless."""
        if self.results:
            self.report()
        save_state(self.options.checkpoint, self.training.state())
        self.saved = self.lap = time.monotonic()


def over(since, minutes):
    """Whether so many minutes have passed; None never pass."""
    return minutes is not None and time.monotonic() - since > 60 * minutes


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("textures", help="a pack that textures.py has written")
    parser.add_argument("checkpoint", type=Path, help="the file to go on from and to save; the log is beside it")
    course = parser.add_argument_group("the course, kept in the checkpoint")
    course.add_argument("--steps", type=int, help="its length in steps instead of minutes")
    course.add_argument("--total-minutes", type=float, help="its length in minutes over all runs (120)")
    course.add_argument("--stages", help=f"UNTIL:HEIGHTxWIDTHxBATCH:REACH, one after another ({COURSE['stages']})")
    course.add_argument("--rate", type=float, help="highest learning rate (4e-4)")
    course.add_argument("--decay", type=float, help="weight decay (1e-5)")
    course.add_argument("--updates", type=int, help="updates of flow for each pair (12)")
    course.add_argument("--seed", type=int, help="of weights and scenes (1)")
    this = parser.add_argument_group("this run")
    this.add_argument("--minutes", type=float, help="stop, saved, after this time")
    this.add_argument("--validate", type=Path, metavar="FOLDER", help="folder of pairs, see middlebury.py")
    this.add_argument("--validate-minutes", type=float, default=5)
    this.add_argument("--save-minutes", type=float, default=3)
    this.add_argument("--log-every", type=int, default=20, help="steps that one line of the log averages")
    this.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    this.add_argument("--precision", choices=["bf16", "float32"], help="bf16 on CUDA, else float32")
    this.add_argument("--compile", action="store_true", help="run the network through torch.compile")
    this.add_argument("--channels-last", action="store_true")
    this.add_argument("--threads", type=int, help="processor threads")
    this.add_argument("--limit-textures", type=int, help="take only so many squares of the pack")
    return parser.parse_args(arguments)


def begin(options):
    """The training of a checkpoint, or a new one."""
    given = {name: getattr(options, name) for name in COURSE if getattr(options, name) is not None}
    state = load_state(options.checkpoint) if options.checkpoint.exists() else None
    course = {**(state["course"] if state else COURSE), **given}
    if "total_minutes" in given and "steps" not in given:
        course["steps"] = None
    precision = options.precision or ("bf16" if options.device.startswith("cuda") else "float32")
    training = Training(course, options.device, precision, options.compile, options.channels_last)
    if state:
        training.restore(state)
    return training


def main(arguments=None):
    options = parse(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    interruption = Interruption()
    training = begin(options)
    log = Log(options.checkpoint.with_suffix(".jsonl"))
    log.write(begin=training.step, course=training.course, device=str(training.device), torch=torch.__version__)
    textures = with_soft_copies(read_pack(options.textures, options.device, options.limit_textures))
    Run(training, options, log).steps(textures, interruption)
    if interruption.signal is not None:
        log.write(stopped=training.step, signal=interruption.signal)
        sys.exit(128 + interruption.signal)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, FloatingPointError, OSError) as error:
        sys.exit(str(error))
