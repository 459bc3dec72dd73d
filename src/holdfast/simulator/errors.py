"""The simulator's own error."""

from holdfast.errors import HoldfastError


class SimulatorError(HoldfastError):
    """The simulator cannot be started or used as asked; the message names the way out."""
