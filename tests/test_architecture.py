"""The structure: the way of the data is the order of the modules, and nobody reaches back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "baocao"

# In reading order. A module imports only from above it; `docs/architecture.md` explains each.
ORDER = (
    "errors",
    "text",
    "logic",
    "messages",
    "messages_form",
    "messages_register",
    "messages_annex",
    "messages_excel",
    "files",
    "staging",
    "steps",
    "pool",
    "kept",
    "exact_toml",
    "phrase_code",
    "phrases",
    "phrase_source",
    "phrase_reading",
    "forms.values",
    "forms.ladder",
    "forms.criteria",
    "forms.conditions",
    "forms.model",
    "forms.catalogue",
    "forms.coverage",
    "forms.check",
    "forms.reach",
    "forms.folder",
    "forms.keeping",
    "forms.loading",
    "forms.library",
    "forms",
    "forms.writing",
    "submission",
    "papers",
    "figures",
    "exact_json",
    "inputs",
    "checks",
    "lines",
    "scoring",
    "requirements",
    "findings",
    "rating",
    "explanations",
    "comment",
    "narrative",
    "judged",
    "changes",
    "review",
    "rendering.compressor",
    "rendering.package",
    "rendering.streaming",
    "rendering.once",
    "rendering.again",
    "rendering.context",
    "rendering.essentials",
    "rendering.template",
    "rendering.program",
    "rendering.plan",
    "rendering.tags",
    "rendering.proof",
    "rendering.skeleton",
    "rendering.generator",
    "rendering.chart",
    "rendering.chart_reading",
    "rendering.charts",
    "rendering.compiling",
    "rendering.compiled",
    "rendering.decisions",
    "rendering.appearance",
    "rendering.story",
    "rendering.reading",
    "rendering.comparison",
    "rendering.wordml",
    "rendering.defaults",
    "rendering.lists",
    "rendering.theme",
    "rendering.looks",
    "rendering.rewriting",
    "rendering.carrying",
    "rendering.sections",
    "rendering.binding",
    "rendering",
    "rendering.trying",
    "register.entries",
    "register.status",
    "register.annexes",
    "register.tables",
    "register.migrations.env",
    "register.migrations.versions.v0001_register",
    "register.migrations.versions.v0002_annexes",
    "register.upgrading",
    "register.database",
    "register.reading",
    "register.delivery",
    "register.store",
    "register.check",
    "register.export",
    "register",
    "sample",
    "schema",
    "pdf.worker",
    "pdf.programs",
    "pdf.printer",
    "pdf",
    "pipeline",
    "batch",
    "tables",
    "decision_files",
    "records",
    "quota",
    "annex_rows",
    "annex",
    "rendering.annex",
    "trial",
    "rosters",
    "next_year",
    "excel.book",
    "excel.lists",
    "excel.counting",
    "excel.charts",
    "excel.summary",
    "excel.superiors",
    "excel",
    "issuing",
    "annexing",
    "offering",
    "deciding",
    "verifying",
    "report",
    "compare",
    "cli.words",
    "cli.show",
    "cli.show_form",
    "cli.progress",
    "cli.common",
    "cli.printing",
    "cli.many",
    "cli.submissions",
    "cli.show_register",
    "cli.desk",
    "cli.register",
    "cli.show_annex",
    "cli.annex",
    "cli.new",
    "cli.forms",
    "cli",
    "__main__",
)
FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
    if path != PACKAGE / "__init__.py"
}


def imported(path: Path) -> Iterator[str]:
    """The modules of this package that a file imports, by their names within it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "baocao":
            parts = node.module.split(".")[1:]
            for name in node.names:
                inner = ".".join([*parts, name.name])
                yield inner if inner in FILES else ".".join(parts)


def test_the_order_names_every_module() -> None:
    assert sorted(ORDER) == sorted(FILES)


@pytest.mark.parametrize("name", ORDER)
def test_a_module_imports_only_from_above_it(name: str) -> None:
    above = ORDER[: ORDER.index(name)]
    assert [found for found in imported(FILES[name]) if found and found not in above] == []


def test_only_rendering_knows_docxtpl_and_zip() -> None:
    users = {
        name
        for name, path in FILES.items()
        if re.search(r"^(import|from) (docxtpl|docx|zipfile)\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {name.partition(".")[0] for name in users} == {"rendering"}


def test_only_excel_knows_its_library() -> None:
    users = [name for name, path in FILES.items() if "xlsxwriter" in path.read_text(encoding="utf-8")]
    assert users == ["excel.book"]


def test_only_register_knows_the_database() -> None:
    users = {
        name
        for name, path in FILES.items()
        if re.search(r"^(import|from) (sqlalchemy|alembic|sqlite3|psycopg)\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {name.partition(".")[0] for name in users} == {"register"}


@pytest.mark.parametrize("name", ORDER)
def test_every_module_says_what_it_is_for(name: str) -> None:
    assert ast.get_docstring(ast.parse(FILES[name].read_text(encoding="utf-8")))


def test_the_architecture_page_names_every_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in ORDER if f"`{name}`" not in page and name != "__main__"] == []
