"""The knowledge base as an application has it: by name, under its settings, on every surface."""

from pathlib import Path

import pytest

from holdfast.app.monitoring import Monitoring
from holdfast.errors import SemanticError
from holdfast.integrations.rag_client import Rag
from tests.api.host import development

pytestmark = pytest.mark.real_time


async def test_the_knowledge_base_is_a_service_like_any_other(tmp_path: Path) -> None:
    """``get_service("rag", "rag")`` stores at RAG_PATH, and its calls are counted as rag's."""
    path = tmp_path / "k.db"
    monitoring = Monitoring(development(tmp_path, RAG_PATH=str(path), RAG_MAX_RETRIES="0"))
    rag = monitoring.services.get_service("rag", "rag")
    assert isinstance(rag, Rag)
    with pytest.raises(SemanticError, match="empty"):
        await rag.search("tea")
    await rag.upsert("tea", "Green tea is picked in spring.")
    found = await rag.search("When is tea picked?")
    health = (await monitoring.services.health_check_all())["services"]["rag"]["rag"]
    await monitoring.services.aclose()
    assert path.exists()
    assert found.passages[0].doc_id == "tea"
    assert (health["status"], health["evidence"]) == ("healthy", "store")
    counted = monitoring.calls.lifetime("rag")
    assert (counted.succeeded, counted.failed) == (2, 1)


async def test_its_file_is_in_the_data_directory(tmp_path: Path) -> None:
    """Unless RAG_PATH says otherwise."""
    monitoring = Monitoring(development(tmp_path))
    rag = monitoring.services.get_service("rag")
    await rag.upsert("tea", "Green tea is picked in spring.")
    await monitoring.services.aclose()
    assert rag.path == Path(monitoring.settings.data_dir) / "knowledge.db"
    assert rag.path.exists()
