"""Reading ``multipart/form-data`` with the standard library."""

from email.parser import BytesParser
from email.policy import HTTP

from holdfast.simulator.providers.sarvam import errors
from holdfast.simulator.wire import Call


def form_of(call: Call) -> dict[str, bytes]:
    """Name → content of each part; refused when the body is no form."""
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise errors.invalid(call, "The body must be multipart/form-data.")
    head = f"content-type: {kind}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(head + call.body)
    if not message.is_multipart():
        raise errors.invalid(call, "The form cannot be read.")
    found = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found
