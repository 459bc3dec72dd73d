"""An extra that is not installed is named with the line that brings it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from holdfast.errors import ConfigurationError
from holdfast.integrations.access import no_guard
from holdfast.integrations.extras import optional
from holdfast.integrations.openai_client import OpenAI
from holdfast.integrations.rag_client import Rag
from holdfast.integrations.rag_embedders import WordEmbedder


def test_a_missing_extra_names_the_line_to_install_it() -> None:
    """What is there is loaded; what is missing is no riddle."""
    assert optional("json", "nothing").loads("1") == 1
    with pytest.raises(ConfigurationError, match=r"pip install 'holdfast\[rag\]'"):
        optional("no_such_module_of_anybody", "rag")


def test_a_fault_of_our_own_is_not_taken_for_a_missing_extra() -> None:
    """A module of ours that is not there is a bug, and looks like one."""
    with pytest.raises(ModuleNotFoundError, match="holdfast"):
        optional("holdfast.integrations.no_such_module", "rag")


@pytest.mark.parametrize(
    ("module", "extra", "make"),
    [
        ("numpy", "rag", lambda: Rag(no_guard, WordEmbedder(), Path("never-opened.db"))),
        ("openai", "openai", lambda: OpenAI(httpx2.AsyncClient(), "sk-made-up")),
    ],
)
def test_a_service_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, module: str, extra: str, make: Callable[[], object]
) -> None:
    """Its module can be imported all the same: only who wants the service needs the extra."""
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "holdfast.integrations.rag_store", raising=False)
    with pytest.raises(ConfigurationError, match=rf"pip install 'holdfast\[{extra}\]'"):
        make()


@pytest.mark.real_time
def test_nothing_heavy_is_loaded_before_it_is_wanted() -> None:
    """Neither the catalogue nor the services' modules bring NumPy or the SDK."""
    wanted = "import holdfast.integrations.rag_client, holdfast.integrations.openai_client, sys"
    command = [sys.executable, "-c", f"{wanted}; print(*sys.modules)"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert {"numpy", "openai"}.isdisjoint(loaded)
