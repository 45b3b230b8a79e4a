"""The course of a training: how large pairs are, how far things move and how fast weights change, by progress."""

from dataclasses import dataclass

WARM_UP = 0.05
"""The share of the course in which the learning rate rises."""


@dataclass
class Stage:
    until: float
    """The progress at which the stage ends, within (0, 1]."""
    height: int
    width: int
    batch: int
    reach: float
    """Factor of all motion, see scenes.make_pairs()."""


def parse_stages(text):
    """Reads stages as `UNTIL:HEIGHTxWIDTHxBATCH:REACH`, separated by spaces. Raises ValueError for anything else."""
    stages = []
    for part in text.split():
        try:
            until, size, reach = part.split(":")
            height, width, batch = map(int, size.split("x"))
            stages.append(Stage(float(until), height, width, batch, float(reach)))
        except ValueError:
            example = "UNTIL:HEIGHTxWIDTHxBATCH:REACH, as in 0.5:288x384x48:0.8"
            raise ValueError(f"stage {part}: must be {example}") from None
        if height % 8 or width % 8 or min(height, width) < 64 or batch < 1:
            raise ValueError(f"stage {part}: height and width must be multiples of 8 from 64 on, batch from 1 on")
    ends = [stage.until for stage in stages]
    if not stages or ends != sorted(set(ends)) or ends[0] <= 0 or ends[-1] != 1:
        raise ValueError("stages must end one after another, and the last at 1")
    return stages


def stage_at(stages, progress):
    """The stage at a progress within [0, 1]."""
    return next((stage for stage in stages if progress < stage.until), stages[-1])


def learning_rate(peak, progress):
    """One cycle (Smith and Topin 2017): linearly from a twenty-fifth of the peak up to it, then linearly to nothing."""
    if progress < WARM_UP:
        return peak * (0.04 + 0.96 * progress / WARM_UP)
    return peak * max((1 - progress) / (1 - WARM_UP), 1e-4)
