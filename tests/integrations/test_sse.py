"""Server-sent events, however the bytes are cut."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from holdfast.integrations.sse import LONGEST_LINE_BYTES, EventData

LINES = st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=20))


@given(
    events=st.lists(LINES.filter(bool), max_size=5),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
def test_the_data_does_not_depend_on_where_the_bytes_are_cut(
    events: list[list[str]], ends: str, cuts: list[int]
) -> None:
    """Any line ending, any cut: the same events come out."""
    text = "".join("".join(f"data: {line}{ends}" for line in lines) + ends for lines in events)
    stream = text.encode() + b": end\n"
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reader = EventData()
    found = [
        data
        for start, stop in itertools.pairwise(places)
        for data in reader.feed(stream[start:stop])
    ]
    assert found == ["\n".join(lines) for lines in events]


def test_other_fields_and_comments_are_no_data() -> None:
    """Only data is reported, and only when its event is complete."""
    reader = EventData()
    assert reader.feed(b": hi\nevent: x\nid: 1\n\ndata:tight\n\ndata: open") == ["tight"]
    assert reader.feed(b"\n\n") == ["open"]


def test_an_endless_line_is_dropped() -> None:
    """A watcher stays bounded whatever comes."""
    reader = EventData()
    for _ in range(40):
        reader.feed(b"x" * (LONGEST_LINE_BYTES // 16))
    assert len(reader._rest) <= LONGEST_LINE_BYTES
    for _ in range(40):
        reader.feed(b"data: " + b"x" * (LONGEST_LINE_BYTES // 16) + b"\n")
    assert reader._size <= LONGEST_LINE_BYTES
