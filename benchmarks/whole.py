"""The whole way from JSON to docx, and where its time goes, stage by stage, over submissions unlike each other.

No contestant is given a submission twice: what is remembered of one may help with the next, as in a batch, but none
comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from baocao import checks, exact_json, inputs, pipeline
from baocao.forms import FormFolder, Library
from baocao.inputs import Office
from baocao.judged import Judged
from baocao.narrative import Narrative, narrate
from baocao.rating import rate
from baocao.rendering import core_properties, day_of
from baocao.rendering.compiled import compile_template
from baocao.rendering.context import scoresheet_context
from baocao.rendering.package import Parts, label, pack
from baocao.review import review
from baocao.scoring import score
from baocao.steps import AT_ONCE, Steps, finished, side_by_side
from baocao.submission import Submission
from benchmarks.racing import NAIVE, Contestant, naive, race, show, timed
from benchmarks.varied import submissions

INPUTS = Path(__file__).resolve().parents[1] / "inputs" / "hoi-quan-chung" / "2021"
TIMES = 96
"""So many submissions in a row by one contestant: they are still at hand when the next stage takes them."""

LABELS = [("baocao.form", "hoi-quan-chung/2021"), ("baocao.organization", "hoi-1")]

T = TypeVar("T")


@dataclass(frozen=True)
class Done:
    """A submission with what each stage made of it."""

    content: bytes
    submission: Submission
    judged: Judged
    narrative: Narrative
    context: dict[str, Any]
    parts: Parts


def done(folder: FormFolder, office: Office, content: bytes) -> Done:
    reading = inputs.read(content, "", office)
    assert reading.submission
    assert not reading.problems
    assert not checks.check(folder.form, reading.submission)
    judged, narrative = pipeline.judge(folder, reading.submission)
    context = scoresheet_context(judged, narrative, draft=True)
    return Done(content, reading.submission, judged, narrative, context, rendered(judged, context))


def rendered(judged: Judged, context: dict[str, Any]) -> Parts:
    return compile_template(judged.folder.template).render(context, core_properties(judged), day_of(judged))


def over(items: Sequence[T], work: Callable[[T], object]) -> Contestant:
    """A contestant that takes another item each time."""
    left = iter(items)
    return timed(lambda: work(next(left)), TIMES)


def batches(items: Sequence[T], work: Callable[[Iterator[T]], object]) -> Contestant:
    """A contestant that takes the next items all together each time."""
    left = iter(items)

    def run() -> float:
        return timed(lambda: work(islice(left, TIMES)), 1)() / TIMES

    return run


def way(rounds: int) -> None:
    """Race the whole way, and then each of its stages, against docxtpl."""
    library, office = Library.usual(), pipeline.read_office(INPUTS / pipeline.OFFICE_FILE)
    folder = library.get("hoi-quan-chung/2021")
    contents = submissions(folder.form, TIMES * (rounds + 1))
    template, context = folder.template, done(folder, office, contents[0]).context
    by_docxtpl = {NAIVE: timed(partial(naive, template, context), 1)}
    whole = by_docxtpl | _whole(contents, library, office)
    show(f"The whole way, {len(contents)} submissions", race(whole, rounds), NAIVE)
    ways = [done(folder, office, content) for content in contents]
    show("Where its time goes", race(by_docxtpl | _stages(ways, folder, office), rounds), NAIVE)


def _whole(contents: Sequence[bytes], library: Library, office: Office) -> dict[str, Contestant]:
    """The whole way: nothing but the submissions is in memory, as in a batch."""

    def making(content: bytes) -> Steps[bytes]:
        result = yield from pipeline.assessing_bytes(content, "", library, office)
        return (yield from result.drafting())

    def in_a_batch(some: Iterator[bytes]) -> None:
        while each := list(islice(some, AT_ONCE)):
            side_by_side(map(making, each))

    return {
        f"whole way, JSON to docx, {AT_ONCE} side by side, as in a batch": batches(contents, in_a_batch),
        "whole way, JSON to docx, one after the other": over(contents, lambda each: finished(making(each))),
    }


def _stages(ways: Sequence[Done], folder: FormFolder, office: Office) -> dict[str, Contestant]:
    form, phrases = folder.form, folder.phrases
    return {
        "— parsing JSON": over(ways, lambda each: exact_json.parse(each.content)),
        "— parsing, defaults, validation": over(ways, lambda each: inputs.read(each.content, "", office)),
        "— checks": over(ways, lambda each: checks.check(form, each.submission)),
        "— scoring": over(ways, lambda each: score(form, each.submission)),
        "— scoring, rating": over(ways, lambda each: rate(phrases, score(form, each.submission), each.submission)),
        "— narrative": over(
            ways, lambda each: narrate(phrases, each.judged.scoresheet, each.judged.rating, each.submission)
        ),
        "— review": over(ways, lambda each: review(each.judged)),
        "— context": over(ways, lambda each: scoresheet_context(each.judged, each.narrative, draft=True)),
        "— rendering the parts": over(ways, lambda each: rendered(each.judged, each.context)),
        "— content digest, labels": over(ways, lambda each: label(each.parts, LABELS)),
        "— packing": over(ways, lambda each: pack(each.parts)),
    }
