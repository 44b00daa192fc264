"""Tones that phones send each other: made as PCM, and found again in what was heard.

PCM is 16-bit signed, one channel, in the machine's byte order.
"""

import math
from array import array
from collections.abc import Sequence

TONES_HZ = (440, 660, 880, 1000)
"""What a phone may send. Well under 4,000 Hz, the most that G.711's 8,000 samples a second carry,
and none a multiple of another that it could be taken for within a tenth of a second, save
440 and 880, whose shares of energy keep them apart."""

_AMPLITUDE = 9000
_PURE = 0.6
"""The share of the energy at one frequency from which on a tone counts as heard."""


def sine(hz: int, *, rate: int, first: int, count: int) -> bytes:
    """Return `count` samples of a tone as PCM, beginning at sample `first` of its wave."""
    step = 2 * math.pi * hz / rate
    wave = (int(_AMPLITUDE * math.sin(step * (first + i))) for i in range(count))
    return array("h", wave).tobytes()


def find_tone(samples: Sequence[int], *, rate: int) -> int:
    """Return which of `TONES_HZ` fills the samples, or 0 when none does."""
    share, hz = max((_share_at(hz, samples, rate), hz) for hz in TONES_HZ)
    return hz if share >= _PURE else 0


def _share_at(hz: int, samples: Sequence[int], rate: int) -> float:
    """The share of the signal's energy at `hz`, 0 to 1, by Goertzel's algorithm."""
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hz / rate)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    return 2 * (last * last + before * before - turn * last * before) / (energy * len(samples))
