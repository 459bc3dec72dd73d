"""Made-up secrets, one for each variable: whoever finds one of them anywhere has found a leak."""

from holdfast.integrations import CATALOG
from holdfast.integrations.integration import Integration

MARK = "h0ldfast5ecret"
"""In every fake secret, and in nothing else."""

_SHAPES = {"openai": "sk-proj-{}", "did": "bWVAZXhhbXBsZS5vcmc:{}", "elevenlabs": "sk_{}"}


def secrets_of(integration: Integration) -> dict[str, str]:
    """A secret for each variable of *integration*, in the shape its provider gives them."""
    shape = _SHAPES.get(integration.name, "{}")
    return {
        name: shape.format(f"{MARK}{number}{integration.name}")
        for number, name in enumerate(integration.key_names)
    }


def environ_of_secrets() -> dict[str, str]:
    """Every provider's secrets, as an environment."""
    return {name: one for known in CATALOG.values() for name, one in secrets_of(known).items()}
