"""Alerts are decided by one worker and shown by all."""

from holdfast.alerts.watch import Watch
from holdfast.app.together import Together
from holdfast.events import AlertChanged
from holdfast.telemetry.deployment.deployment import Deployment
from holdfast.telemetry.deployment.snapshot import ALL


class TogetherAlerts:
    """Fulfils `Alerts`: the leader's watch; the other workers' follow it, to go on from there."""

    def __init__(self, watch: Watch, deployment: Deployment, others: Together) -> None:
        self._watch, self._deployment, self._others = watch, deployment, others
        self._resets = deployment.resets

    def firing(self) -> list[AlertChanged]:
        """Those of now."""
        self._follow()
        return self._watch.firing()

    def ended(self) -> list[AlertChanged]:
        """Resolved ones."""
        self._follow()
        return self._watch.ended()

    def others(self) -> list[AlertChanged]:
        """What the record says still fires, and nobody here watches."""
        self._follow()
        return self._watch.others()

    def forget(self) -> None:
        """Begin anew. The leader, if it is another, does so when it hears of the reset."""
        self._watch.forget()
        self._resets = self._deployment.resets

    def keep_up(self) -> None:
        """Heed resets from elsewhere, and follow the leader."""
        if self._deployment.resets != self._resets:
            self.forget()
        self._follow()

    def _follow(self) -> None:
        if self._deployment.leads:
            return
        for name, it in self._others.others():
            if it["alerts"] is not None and self._heard(name):
                firing, ended = ([AlertChanged(*one) for one in each] for each in it["alerts"])
                self._watch.follow(firing, ended)

    def _heard(self, name: str) -> bool:
        """Whether *name* has begun anew as well, if this worker has."""
        known = {one.instance: one for one in self._deployment.living()}
        return name in known and known[name].resets.get(ALL, 0) == self._deployment.resets
