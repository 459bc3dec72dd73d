"""One policy alone, ours and the peers'.

Our policies stand in a guard, which times the call and makes its event: the row *the policy
itself* is what a guard with it costs above a guard without any, round by round. The peers' rows
are their decorator or block around the provider.
"""

from collections.abc import Sequence
from functools import partial

from benchmarks import ours
from benchmarks.call import SCALE, timeout_only
from benchmarks.contestant import FLOOR, Call, Contestant, answer
from benchmarks.stopwatch import Effort, race
from benchmarks.table import Figures, Table, Target, head, rows
from holdfast.guard.options import GuardOptions

ITSELF = "Holdfast, the policy itself"
WITHOUT = "Holdfast, a guard without policies"
WITH = "Holdfast, a guard with only this policy"


async def measure_alone(
    policy: str, options: GuardOptions, peers: Sequence[Contestant], effort: Effort
) -> Table:
    """The table of *policy*; *options* switch only that one on."""
    contestants = (
        FLOOR,
        Contestant(SCALE, timeout_only, "a timeout", "scale"),
        Contestant(WITHOUT, partial(_guarded, ours.NOTHING), "times the call, event", "scale"),
        Contestant(WITH, partial(_guarded, options), "the same and the policy", "ours"),
        *peers,
    )
    samples = await race(contestants, effort)
    itself = Contestant(ITSELF, partial(_guarded, options), "difference of the two", "ours")
    floor, with_, without = samples[FLOOR.name], samples[WITH], samples[WITHOUT]
    samples[ITSELF] = [f + w - o for f, w, o in zip(floor, with_, without, strict=True)]
    figures = Figures((*contestants, itself), samples)
    return _table(policy, figures)


def _table(policy: str, figures: Figures) -> Table:
    fastest = figures.fastest("peer")
    return Table(
        f"A {policy} alone",
        "Peers that lack what ours does say so; the last column compares with the fastest peer "
        "that has it.",
        head(SCALE, fastest),
        list(rows(figures, SCALE, fastest)),
        (
            Target(f"{policy} itself, × {fastest}", figures.ratio(ITSELF, fastest), 1.2),
            Target(f"guard with only a {policy}, × {fastest}", figures.ratio(WITH, fastest), 1.2),
        ),
    )


async def _guarded(options: GuardOptions) -> Call:
    return partial(ours.unwatched(options).call, answer)
