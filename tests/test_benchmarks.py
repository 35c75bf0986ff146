"""What the benchmarks race over: measured by hand, so that only a test notices when it can be made no more."""

from __future__ import annotations

from baocao import pipeline
from baocao.forms import Library
from benchmarks.varied import submissions
from tests.strategies import TEMPLATES


def test_the_submissions_of_the_benchmark_are_sound_and_unlike_each_other() -> None:
    library = Library([TEMPLATES])
    office = pipeline.read_office(TEMPLATES.parent / "inputs" / "hoi-quan-chung" / "2021" / pipeline.OFFICE_FILE)
    contents = submissions(library.get("hoi-quan-chung/2021").form, 12)
    results = [pipeline.assess_bytes(content, "", library, office) for content in contents]
    assert not [fault for result in results for fault in result.faults]
    paragraphs = {result.narrative.paragraphs for result in results if result.narrative}
    assert len(paragraphs) == len(contents)
