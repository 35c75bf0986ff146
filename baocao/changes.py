"""What a second rating changed against the one it replaces, as sentences that name their facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from baocao.findings import Finding
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.phrases import Fact, Sentence


def with_changes(narrative: Narrative, before: Judged, after: Judged, number: str) -> Narrative:
    """Return a narrative that says, as its last paragraph, what changed since the scoresheet it replaces.

    Args:
        narrative: of the new scoresheet.
        before: the scoresheet that is replaced, judged by the form as it was.
        after: the new scoresheet.
        number: the number of the replaced one in the register.
    """
    told = tuple(_changes(before, after, number))
    paragraph = " ".join(sentence.text for sentence in told).rstrip(" .;") + "."
    return replace(narrative, comment=(*narrative.comment, *told), paragraphs=(*narrative.paragraphs, paragraph))


def _changes(before: Judged, after: Judged, number: str) -> Iterator[Sentence]:
    say = after.folder.phrases.say
    yield say("changes.opening", {"number": number})
    found = [*_points(before, after), *_levels(before, after), *_conditions(before, after), *_rating(before, after)]
    if not found:
        yield say("changes.nothing", {})
    for phrase, facts in found:
        yield say(f"changes.{phrase}", facts)


_Told = tuple[str, Mapping[str, Fact]]


def _points(before: Judged, after: Judged) -> Iterator[_Told]:
    first, second = before.scoresheet, after.scoresheet
    if first.total is not None and second.total is not None and first.total != second.total:
        yield "total", {"before": first.total, "after": second.total}
    changed: list[Mapping[str, Fact]] = []
    for no, line in second.line_of.items():
        earlier = first.line_of.get(no)
        if earlier and earlier.awarded is not None and line.awarded is not None and earlier.awarded != line.awarded:
            changed.append({"no": no, "before": earlier.awarded, "after": line.awarded})
    if changed:
        yield "points", {"criteria": tuple(changed)}


def _levels(before: Judged, after: Judged) -> Iterator[_Told]:
    names = after.form.level_ladder.names
    changed: list[Mapping[str, Fact]] = []
    for no, item in after.scoresheet.item_of.items():
        earlier = before.scoresheet.item_of.get(no)
        if earlier and earlier.level and item.level and earlier.level != item.level:
            changed.append({"no": no, "before": names.get(earlier.level, earlier.level), "after": names[item.level]})
    if changed:
        yield "levels", {"items": tuple(changed)}


def _conditions(before: Judged, after: Judged) -> Iterator[_Told]:
    known = {_key(finding): finding for finding in before.rating.findings}
    changed: list[Mapping[str, Fact]] = []
    for finding in after.rating.findings:
        earlier = known.get(_key(finding))
        if earlier and earlier.status is not finding.status:
            texts = (finding.required.text, earlier.observed.text, finding.observed.text)
            changed.append(dict(zip(("required", "before", "after"), texts, strict=True)))
    if changed:
        yield "conditions", {"conditions": tuple(changed)}


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rating, finding.clause.no, finding.condition


def _rating(before: Judged, after: Judged) -> Iterator[_Told]:
    first, second = before.rating.proposed, after.rating.proposed
    if first and second and first != second:
        yield "rating", {"before": before.form.ladder.names[first], "after": after.form.ladder.names[second]}
