"""D-ID and the social networks."""

from holdfast.integrations.did_records import Voice
from tests.conformance.calls.ways import Rows, after, client

FACE, SPEAKER = "https://example.org/face.jpg", Voice(voice_id="en-US-JennyNeural")
TEXT = "Sit quietly, and watch the breath as it comes and goes."

CALLS: dict[str, Rows] = {
    "did": {
        "create": client("avatar", lambda did: did.create(TEXT, FACE, SPEAKER)),
        "talk": after(
            "avatar",
            lambda did: did.create(TEXT, FACE, SPEAKER),
            lambda did, created: did.talk(created.id),
        ),
        "talks": client("avatar", lambda did: did.find("nobody's")),
        "credits": client("avatar", lambda did: did.credits()),
    },
}

NOT_CALLED: dict[str, dict[str, str]] = {
    "did": {
        "delete": "the client deletes nothing: an operator may",
        "film": "comes from the file host, whose errors are in test_did_client",
    },
}
