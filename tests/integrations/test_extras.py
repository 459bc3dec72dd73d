"""An extra that is not installed is named with the line that brings it."""

import pytest

from holdfast.errors import ConfigurationError
from holdfast.integrations.extras import optional


def test_a_missing_extra_names_the_line_to_install_it() -> None:
    """What is there is loaded; what is missing is no riddle."""
    assert optional("json", "nothing").loads("1") == 1
    with pytest.raises(ConfigurationError, match=r"pip install 'holdfast\[rag\]'"):
        optional("no_such_module_of_anybody", "rag")


def test_a_fault_of_our_own_is_not_taken_for_a_missing_extra() -> None:
    """A module of ours that is not there is a bug, and looks like one."""
    with pytest.raises(ModuleNotFoundError, match="holdfast"):
        optional("holdfast.integrations.no_such_module", "rag")
