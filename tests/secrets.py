"""The fake secrets of the whole suite: none of them may ever be seen in what is captured."""

import base64
from collections.abc import Iterable

MARK = "h0ldfast5ecret"
"""In every secret of the conformance matrix, and in nothing else."""

FAKE = (
    MARK, "acc3ss-s3cret-1", "r3fresh-s3cret-1", "cli3nt-s3cret-1", "key-that-nobody-may-see",
    "sk-fake-secret-of-the-settings",
)  # fmt: skip


_TELLING = 8
"""A shorter piece of base64 may stand there by chance."""


def leaked(texts: Iterable[str], secrets: Iterable[str] = FAKE) -> list[str]:
    """The *secrets* that *texts* hold, as they are or in base64."""
    forms = {form: secret for secret in secrets for form in (secret, *_in_base64(secret))}
    whole = "\n".join(texts)
    return sorted({secret for form, secret in forms.items() if form in whole})


def _in_base64(secret: str) -> Iterable[str]:
    """Its middle, in each of the three ways in which it can fall among others' bytes."""
    for offset in range(3):
        form = base64.b64encode(b"\0" * offset + secret.encode()).decode()[4:-4]
        if len(form) >= _TELLING:
            yield form
