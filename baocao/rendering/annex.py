"""The annex as Word prints it: `annex.Annex` → the printable context of `annex.docx`, its list made while printing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from baocao import messages_annex as messages
from baocao.annex import Annex, Column, Content, Expected, Mark, Of, Row, Tally, shares
from baocao.papers import AnnexPaper
from baocao.quota import Group, Ranked
from baocao.rendering.context import Context, Printable, page_head
from baocao.text import hundredths, long_date, one_decimal, points, two_decimals, whole

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


def annex_context(printed: Printed) -> dict[str, object]:
    """Return what the template of an annex prints; `rows` is an iterator, so that a province's list fits in memory.

    Optional parts are `""` or `[]`; a template leaves them out.
    """
    annex, paper = printed.annex, printed.paper
    form = annex.form
    return {
        "draft": [form.additions.draft] if printed.draft else [],
        "head": page_head(paper.issuer, paper.signature, form.additions.party, _symbol(printed)),
        "number": paper.number or messages.NUMBER_BLANK,
        "report": paper.report or messages.REPORT_BLANK,
        "replaces": list(printed.replaces),
        "content": annex.content.value,
        "form": form.name,
        "year": str(form.year),
        "scope": messages.scope(printed.superior) if printed.superior else "",
        "as_of": long_date(annex.as_of),
        "ratings": dict(form.ladder.names),
        "columns": _by_group(annex.columns, [column.title for column in annex.columns]),
        "overview": [_overview(line) for line in (*annex.by_kind, annex.total)],
        "parts": list(_parts(annex)),
        "comparison": list(printed.comparison),
        "quotas": [_quota(group) for group in annex.quotas],
        "rows": _rows(annex),
        "totals": _totals(annex),
        "unrated": list(_unrated(annex)),
        "signature": {
            "authority": paper.signature.authority or "",
            "position": paper.signature.position,
            "name": paper.signature.name,
        },
    }


def _symbol(printed: Printed) -> str:
    symbol, additions = printed.paper.issuer.symbol, printed.annex.form.additions
    return f"{additions.number_label} {symbol}" if symbol else additions.number_blank


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


def _parts(annex: Annex) -> Iterator[Context]:
    """Yield what is decided and what is only proposed, each by kind and, where there are several, by superior."""
    keys = annex.form.ladder.keys
    superiors = list(annex.by_superior())
    for content in (Content.RESULTS, Content.PROPOSALS):
        if not sum(_counts(annex.total, content)):
            continue
        by_superior = chain.from_iterable(
            ((found, "superior"), *((kind, "kind") for kind in kinds)) for found, kinds in superiors
        )
        yield {
            "content": content.value,
            "lines": [_line(line, content, keys) for line in (*annex.by_kind, annex.total)],
            "superiors": [
                {**_line(line, content, keys), "level": level}
                for line, level in (*by_superior, (annex.total, "all"))
                if sum(_counts(line, content))
            ]
            if len(superiors) > 1
            else [],
        }


def _counts(line: Tally, content: Content) -> tuple[int, ...]:
    return line.decided if content is Content.RESULTS else line.proposed


def _line(line: Tally, content: Content, keys: Sequence[str]) -> Context:
    counts = _counts(line, content)
    return {
        "name": line.name,
        "all": whole(sum(counts)),
        "counts": {
            key: {"count": whole(count), "share": one_decimal(share) if sum(counts) else _NOTHING}
            for key, count, share in zip(keys, counts, shares(counts), strict=True)
        },
    }


def _quota(group: Group) -> Context:
    return {
        "superior": group.superior_name,
        "kinds": ", ".join(dict.fromkeys(found.kind_name for found in group.candidates)) if group.tier else "",
        "rating": group.rating_name,
        "percent": str(group.quota.percent),
        "base": whole(group.base()),
        "eligible": whole(group.eligible),
        "wanted": whole(len(group.wanted)),
        "fit": whole(group.fit()),
        "fit_without": whole(group.fit(with_rating=False)),
        "fit_with": whole(group.fit(with_rating=True)),
        "over": whole(group.over) if group.over else "",
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


def _rows(annex: Annex) -> Iterator[Context]:
    """Yield the rows of the list, under the name of each superior where there are several."""
    names, shown = annex.form.ladder.names, annex.columns
    several = len(annex.superiors) > 1
    above = ""
    for place, row in enumerate(annex.rows, start=1):
        if several and row.superior != above:
            above = row.superior
            yield {"kind": "superior", "name": annex.superiors[above]}
        yield {"kind": "organization", "no": whole(place), **_row(row, shown, names)}


def _row(row: Row, shown: Sequence[Column], names: Mapping[str, str]) -> Context:
    marks = (_written(column, mark) for column, mark in zip(shown, row.marks, strict=True))
    return {
        "name": row.name,
        "kind_name": row.kind_name,
        "number": str(row.number) if row.number else "",
        **_by_group(shown, marks),
        "total": _NOTHING if row.total is None else points(row.total),
        "proposed": names.get(row.proposed or "", ""),
        "decided": names.get(row.decided or "", ""),
        "note": "; ".join([*([row.unrated] if row.unrated else []), *row.notes]),
    }


def _written(column: Column, mark: Mark) -> str:
    if mark is None:
        return _NOTHING
    sign = "-" if column.negative and mark else ""
    return f"{sign}{points(mark) if isinstance(mark, Decimal) else whole(mark)}"


def _totals(annex: Annex) -> Context:
    """Return how many organisations are listed, the sum of their points, and the means of the columns."""
    *means, mean = annex.means()
    return {
        "count": whole(len(annex.rows)),
        "absent": whole(len(annex.absent)) if annex.absent else "",
        "points": points(annex.sums()[-1]),
        "means": {**_by_group(annex.columns, map(_mean, means)), "total": _mean(mean)},
    }


def _mean(value: Fraction | None) -> str:
    return _NOTHING if value is None else two_decimals(hundredths(value))


def _unrated(annex: Annex) -> Iterator[Context]:
    """Yield those without a rating, then those without a scoresheet, each with the reason."""
    found: Iterator[tuple[Row | Expected, str]] = chain(
        ((row, row.unrated) for row in annex.unrated),
        ((one, one.reason or messages.NO_SCORESHEET) for one in annex.absent),
    )
    for place, (one, reason) in enumerate(found, start=1):
        yield {
            "no": whole(place),
            "name": one.name,
            "kind": one.kind_name,
            "superior": one.superior_name,
            "reason": reason,
        }
