"""What is explained of the order of the policies is the order of the policies."""

import re

from tests.docs.policies import order
from tests.docs.reference import FOLDER

EXPLANATION = FOLDER.parent / "explanation" / "order.md"


def test_the_explanation_has_the_order_of_the_code() -> None:
    """Each policy of a guard that has them all is a row of its table, outermost first."""
    table = EXPLANATION.read_text(encoding="utf-8").split("\n\n")[2]
    explained = re.findall(r"^\| ([a-z ]+?) \|", table, re.MULTILINE)[1:]
    assert [name.replace(" ", "") for name in explained] == [name.lower() for name in order()]
