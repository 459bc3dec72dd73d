"""How a deployment's workers get on, as figures."""

from holdfast.events import fact


@fact
class DeploymentFigures:
    """*workers* are alive; the others are everybody's counts.

    *failures*: the board was not reached. *unknown_versions*: a snapshot could not be read.
    """

    workers: int
    failures: int
    unknown_versions: int
