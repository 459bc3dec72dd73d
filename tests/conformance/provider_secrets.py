"""Made-up secrets, one for each variable: whoever finds one of them anywhere has found a leak."""

from holdfast.integrations import CATALOG
from holdfast.integrations.integration import Integration
from holdfast.settings.simulated import MADE_UP_KEY
from tests.secrets import MARK

_SHAPES = {"openai": "sk-proj-{}", "did": "bWVAZXhhbXBsZS5vcmc:{}", "elevenlabs": "sk_{}"}


_PUBLIC = ("_CLIENT_ID", "_APP_ID", "_CLIENT_KEY")
"""What names the application to everybody who signs in: no secret."""


def secrets_of(integration: Integration) -> dict[str, str]:
    """A secret for each variable of *integration*, in the shape its provider gives them."""
    shape = _SHAPES.get(integration.name, "{}")
    return {
        name: MADE_UP_KEY if name.endswith(_PUBLIC) else shape.format(f"{MARK}{number}")
        for number, name in enumerate(integration.key_names)
    }


def environ_of_secrets() -> dict[str, str]:
    """Every provider's secrets, as an environment."""
    return {name: one for known in CATALOG.values() for name, one in secrets_of(known).items()}
