"""Health: of integrations, of components, of the whole."""

from holdfast.health.integration import Thresholds, of_integration
from holdfast.health.state import Health, State, overall

__all__ = ["Health", "State", "Thresholds", "of_integration", "overall"]
