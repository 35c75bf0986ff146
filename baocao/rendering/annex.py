"""The annex as Word prints it: `annex.Annex` → the printable context of `annex.docx`, its list made while printing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any, BinaryIO

from baocao import __version__
from baocao import messages_annex as messages
from baocao.annex import Annex, Content, Tally, annex, rated, shares
from baocao.annex_rows import Column, Expected, Mark, Of, Row, columns
from baocao.forms import Form
from baocao.papers import AnnexPaper
from baocao.quota import Group, Ranked
from baocao.register import Head, Number
from baocao.rendering.chart import Chart, Series, shortened
from baocao.rendering.compiled import compile_template
from baocao.rendering.context import Context, Printable, page_head, place_date
from baocao.rendering.decisions import SAMPLE_HEAD
from baocao.text import count, hundredths, long_date, one_decimal, points, two_decimals, whole

_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Printed:
    """An annex with what is printed around it."""

    annex: Annex
    paper: AnnexPaper
    comparison: tuple[str, ...] = ()
    """Sentences that compare with the year before."""
    superior: str = ""
    """Name of the one superior whose organisations are listed; empty for all."""
    replaces: tuple[str, ...] = ()
    """Lines on the annex that this one takes the place of."""
    draft: bool = False
    """Whether it is marked as a draft."""
    head: Head | None = None
    """How far the register went; `None` of drafts."""


def write_annex(printed: Printed, template: bytes, target: BinaryIO) -> str:
    """Write the docx of an annex and return its content digest; the same values and template give the same bytes.

    Args:
        printed: the annex.
        template: `annex.docx` of the form's folder.
        target: a file that can seek.

    Raises:
        DataError: the template cannot be used.
    """
    form, paper = printed.annex.form, printed.paper
    properties = {
        "title": messages.title(paper.number),
        "subject": form.name,
        "author": paper.issuer.agency if paper.issuer else paper.signature.name,
    }
    labels = [
        ("baocao.version", __version__),
        ("baocao.state", "annex_draft" if printed.draft else "annex"),
        ("baocao.form", form.key),
        ("baocao.as_of", printed.annex.as_of.isoformat()),
    ]
    if printed.head:
        labels += [("baocao.entries", str(printed.head.entries)), ("baocao.head", printed.head.hash)]
    day = paper.signature.date or printed.annex.as_of
    return compile_template(template).stream(annex_context(printed), properties, day, labels, target)


def annex_context(printed: Printed) -> dict[str, Any]:
    """Return what the template of an annex prints; `rows` is an iterator, so that a province's list fits in memory.

    Optional parts are `""` or `[]`; a template leaves them out.
    """
    found, paper = printed.annex, printed.paper
    form = found.form
    return {
        "draft": [form.additions.draft] if printed.draft else [],
        "head": _head(printed) or "",
        "number": paper.number or messages.NUMBER_BLANK,
        "report": paper.report or messages.REPORT_BLANK,
        "replaces": list(printed.replaces),
        "content": found.content.value,
        "form": form.name,
        "year": str(form.year),
        "scope": messages.scope(printed.superior) if printed.superior else "",
        "as_of": long_date(found.as_of),
        "ratings": dict(form.ladder.names),
        "columns": _by_group(found.columns, [column.title for column in found.columns]),
        "overview": [_overview(line) for line in (*found.by_kind, found.total)],
        "parts": list(_parts(found)),
        "comparison": list(printed.comparison),
        "charts": _charts(found),
        "quotas": [_quota(group) for group in found.quotas],
        "rows": _rows(found),
        "totals": _totals(found),
        "unrated": list(_unrated(found)),
        "signature": {
            "place_date": "" if paper.issuer else place_date(paper.signature),
            "authority": paper.signature.authority or "",
            "position": paper.signature.position,
            "name": paper.signature.name,
        },
    }


def _head(printed: Printed) -> Context | None:
    issuer, additions = printed.paper.issuer, printed.annex.form.additions
    if issuer is None:
        return None
    number = f"{additions.number_label} {issuer.symbol}" if issuer.symbol else additions.number_blank
    return page_head(issuer, printed.paper.signature, additions.party, number)


def _by_group(shown: Sequence[Column], texts: Iterable[str]) -> Context:
    """Return texts of the columns as the template finds them: `sections.I`, `levels.good`."""
    found: dict[str, dict[str, Printable]] = {group.value: {} for group in Of}
    for column, text in zip(shown, texts, strict=True):
        found[column.of.value][column.key] = text
    return dict(found)


# --- the summary -------------------------------------------------------------------------------------------------


def _overview(line: Tally) -> Context:
    return {
        "name": line.name,
        "all": whole(line.all),
        "decided": whole(sum(line.decided)),
        "proposed": whole(sum(line.proposed)),
        "unrated": whole(line.unrated),
        "absent": whole(line.absent),
    }


def _parts(of: Annex) -> Iterator[Context]:
    """Yield what is decided and what is only proposed, each by kind and, where there are several, by superior."""
    keys = of.form.ladder.keys
    superiors = list(of.by_superior())
    for content in (Content.RESULTS, Content.PROPOSALS):
        if not sum(_counts(of.total, content)):
            continue
        by_superior = chain.from_iterable(
            ((found, "superior"), *((kind, "kind") for kind in kinds)) for found, kinds in superiors
        )
        yield {
            "content": content.value,
            "lines": [_line(line, content, keys) for line in (*of.by_kind, of.total)],
            "superiors": [
                {**_line(line, content, keys), "level": level}
                for line, level in (*by_superior, (of.total, "all"))
                if sum(_counts(line, content))
            ]
            if len(superiors) > 1
            else [],
        }


_NAMES = {Content.RESULTS: messages.DECIDED_SERIES, Content.PROPOSALS: messages.PROPOSED_SERIES}


def _charts(of: Annex) -> dict[str, Chart]:
    """Return the distribution by rating, and where there are several superiors, by superior."""
    names = tuple(of.form.ladder.names.values())
    shown = [content for content in _NAMES if sum(_counts(of.total, content))]
    by_rating = tuple(Series(_NAMES[content], _counts(of.total, content)) for content in shown)
    superiors = [found for found, _kinds in of.by_superior() if sum(rated(found))]
    several = superiors if len(superiors) > 1 else []
    listed = [found.name for found in several]
    by_superior = [Series(name, tuple(rated(found)[place] for found in several)) for place, name in enumerate(names)]
    return {
        "ratings": Chart(names, by_rating) if by_rating else Chart((), (Series("", ()),)),
        "superiors": shortened(listed, by_superior, messages.OTHER_SUPERIORS, MOST_SUPERIORS),
    }


MOST_SUPERIORS = 20
"""More are added up in the chart: it has to fit on a page."""


def _counts(line: Tally, content: Content) -> tuple[int, ...]:
    return line.decided if content is Content.RESULTS else line.proposed


def _line(line: Tally, content: Content, keys: Sequence[str]) -> Context:
    counts = _counts(line, content)
    return {
        "name": line.name,
        "all": whole(sum(counts)),
        "counts": {
            key: {"count": whole(found), "share": one_decimal(share) if sum(counts) else _NOTHING}
            for key, found, share in zip(keys, counts, shares(counts), strict=True)
        },
    }


def _quota(group: Group) -> Context:
    return {
        "superior": group.superior_name,
        "kinds": ", ".join(dict.fromkeys(found.kind_name for found in group.candidates)) if group.tier else "",
        "rating": group.rating_name,
        "percent": str(group.quota.percent),
        "base": count(group.base()),
        "eligible": count(group.eligible),
        "wanted": count(len(group.wanted)),
        "fit": count(group.fit()),
        "fit_without": count(group.fit(with_rating=False)),
        "fit_with": count(group.fit(with_rating=True)),
        "over": count(group.over) if group.over else "",
        "rows": [_ranked(place) for place in group.ranks()],
    }


def _ranked(place: Ranked) -> Context:
    notes = [
        *([messages.TIED] if place.tied else []),
        *([messages.DECIDED] if place.candidate.decided else []),
        *([messages.AT_THE_LIMIT] if place.fits is None else []),
        *([messages.BEYOND_QUOTA] if place.fits is False else []),
    ]
    return {
        "rank": whole(place.rank),
        "name": place.candidate.name,
        "kind": place.candidate.kind_name,
        "total": _NOTHING if place.candidate.total is None else points(place.candidate.total),
        "note": "; ".join(notes),
    }


# --- the list ----------------------------------------------------------------------------------------------------


def _rows(of: Annex) -> Iterator[Context]:
    """Yield the rows of the list, under the name of each superior where there are several."""
    names, shown = of.form.ladder.names, of.columns
    several = len(of.superiors) > 1
    above = ""
    for place, row in enumerate(of.rows, start=1):
        if several and row.superior != above:
            above = row.superior
            yield {**_row("superior", "", shown), "name": of.superiors[above]}
        marks = (_written(column, mark) for column, mark in zip(shown, row.marks, strict=True))
        yield {
            **_row("organization", whole(place), shown, marks),
            "name": row.name,
            "kind_name": row.kind_name,
            "number": str(row.number) if row.number else "",
            "total": _NOTHING if row.total is None else points(row.total),
            "proposed": names.get(row.proposed or "", ""),
            "decided": names.get(row.decided or "", ""),
            "note": "; ".join([*([row.unrated] if row.unrated else []), *row.notes]),
        }


def _row(kind: str, no: str, shown: Sequence[Column], marks: Iterable[str] | None = None) -> Context:
    """Return a row in which every name is something, be it nothing to be printed."""
    texts = dict.fromkeys(("name", "kind_name", "number", "total", "proposed", "decided", "note"), "")
    return {"kind": kind, "no": no, **texts, **_by_group(shown, marks or [""] * len(shown))}


def _written(column: Column, mark: Mark) -> str:
    if mark is None:
        return _NOTHING
    sign = "-" if column.negative and mark else ""
    return f"{sign}{points(mark) if isinstance(mark, Decimal) else whole(mark)}"


def _totals(of: Annex) -> Context:
    """Return how many organisations are listed, the sum of their points, and the means of the columns."""
    *means, mean = of.means()
    return {
        "count": count(len(of.rows)),
        "absent": count(len(of.absent)) if of.absent else "",
        "points": points(of.sums()[-1]),
        "means": {**_by_group(of.columns, map(_mean, means)), "total": _mean(mean)},
    }


def _mean(value: Fraction | None) -> str:
    return _NOTHING if value is None else two_decimals(hundredths(value))


def _unrated(of: Annex) -> Iterator[Context]:
    """Yield those without a rating, then those without a scoresheet, each with the reason."""
    found: Iterator[tuple[Row | Expected, str]] = chain(
        ((row, row.unrated) for row in of.unrated),
        ((one, one.reason or messages.NO_SCORESHEET) for one in of.absent),
    )
    for place, (one, reason) in enumerate(found, start=1):
        yield {
            "no": whole(place),
            "name": one.name,
            "kind": one.kind_name,
            "superior": one.superior_name,
            "reason": reason,
        }


# --- trying the template -----------------------------------------------------------------------------------------


def sample_context(form: Form) -> Context:
    """Return a full context for the template of an annex: every part of it has something to print."""
    shown, best, kind = columns(form), form.ladder.best, form.kinds[0]
    row = Row(
        number=Number(form.year, 1),
        organization="to-chuc-mau-1",
        name="Tổ chức mẫu",
        kind_name=kind.name,
        superior="cap-tren-mau-1",
        superior_name="Cấp trên mẫu",
        tier=kind.tier or "",
        total=form.total,
        proposed=best,
        highest=best,
        decided=best,
        kind=kind.key,
        marks=tuple(Decimal(1) if column.of in {Of.SECTIONS, Of.OTHERS} else 1 for column in shown),
        notes=("ghi chú mẫu",),
    )
    rows = (
        row,
        replace(
            row, organization="to-chuc-mau-2", superior="cap-tren-mau-2", superior_name="Cấp trên khác", decided=None
        ),
        replace(row, organization="to-chuc-mau-3", unrated="lý do mẫu"),
    )
    absent = Expected("to-chuc-mau-4", row.name, row.kind_name, row.superior, row.superior_name)
    paper = AnnexPaper.model_validate({"number": "1", "report": "Báo cáo mẫu", **SAMPLE_HEAD})
    found = annex(form, date(form.year, 12, 31), rows, [absent])
    printed = Printed(found, paper, ("câu so sánh mẫu",), row.superior_name, ("dòng thay thế mẫu",), draft=True)
    context = annex_context(printed)
    return {**context, "rows": list(_rows(found))}
