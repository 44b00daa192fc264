"""How long the short runs of these tests measure."""

from typing import Final

from bench import rounds

SHORT: Final = rounds.Pace(
    rounds=1,
    starts=1,
    evaluations=0,
    warm_up_s=0.05,
    together_s=1.0,
    alone_warm_up_s=0.02,
    alone_s=0.5,
)
