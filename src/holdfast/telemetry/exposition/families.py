"""Every family there is, in the order of the exposition."""

from holdfast.telemetry.application_metrics import APPLICATION_METRICS
from holdfast.telemetry.exposition import crowd_http, deployment, inbound, outbound, own, told
from holdfast.telemetry.family import Family


def _declared(module: object) -> list[Family]:
    return [one for one in vars(module).values() if isinstance(one, Family)]


FAMILIES: tuple[Family, ...] = (
    *_declared(inbound),
    *crowd_http.families("crowdfunding_api", aliases=True),
    *_declared(outbound),
    *APPLICATION_METRICS.values(),
    *_declared(told),
    *_declared(own),
    *_declared(deployment),
)
"""As they are with the settings' defaults."""
