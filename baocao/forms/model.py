"""The form as data: what `form.toml` may say. One class a table of the file; no rule of any form stands here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated

from pydantic import Field, StrictInt

from baocao.forms.conditions import Clause, RatingRule
from baocao.forms.criteria import Basis, Criterion, Population
from baocao.forms.values import RATINGS, Frozen, Kind, Level, Line, Passage, Percent, Points, RatingKey, Slug
from baocao.text import points


class KindOfOrganization(Frozen):
    """A kind of organisation and whom it rates: its members or its subordinate organisations."""

    key: Kind
    name: Line
    population: Population


class LevelRule(Frozen):
    """A performance level and the share of the standard points (whole percent) from which it is reached."""

    key: Level
    name: Line
    at_least: Percent


class Jurisdiction(Frozen):
    """Who made the form and for where; an office elsewhere is told so on its drafts."""

    name: Line
    places: Annotated[tuple[Line, ...], Field(min_length=1)]


class Source(Frozen):
    """What a basis means, and the interpretation behind it unless the form prints the figure."""

    source: Passage
    interpretation: Slug | None = None


class Columns(Frozen):
    """The header row of the table."""

    no: Line
    criterion: Line
    standard: Line
    awarded: Line


class Texts(Frozen):
    """Official sentences outside the table and the rating method."""

    title: Line
    subtitle: Line
    assessed_label: Line
    instructions: tuple[Passage, ...]
    columns: Columns
    method_title: Line
    note: Passage
    comment_label: Line
    total_label: Line
    proposed_label: Line
    signature_line: Line


class Additions(Frozen):
    """What is printed beside the official text."""

    party: Line
    draft: Line
    elsewhere: Passage
    unconfirmed: Passage
    deductions_title: Line
    undetermined: Line
    number_label: Line
    number_blank: Line


class Quota(Frozen):
    """How many may be decided so, in percent of those decided otherwise, within one superior and tier."""

    clause: str
    rating: RatingKey
    base: RatingKey
    percent: Percent
    base_includes_rating: bool
    interpretation: Slug


class Flag(Frozen):
    """A reading that needs an explicit word of the presiding agency before the paper is issued."""

    key: Slug
    clause: str
    when_proposed: Annotated[tuple[RatingKey, ...], Field(min_length=1)]
    text: Passage
    interpretation: Slug


class Decision(Frozen):
    """In which order the ratings are tried, and how high an undetermined case may be settled."""

    order: tuple[RatingKey, ...]
    undetermined_at_most: RatingKey
    interpretation: Slug


class Interpretation(Frozen):
    """A reading that the text does not force, with its reason; confirmed as a whole by a person."""

    key: Slug
    text: Passage
    reason: Passage
    alternative: Passage | None = None


class Confirmation(Frozen):
    """Who confirmed the points and interpretations, by which decision; void when the digest no longer fits."""

    by: Line
    decision: Line
    on: date
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Form(Frozen):
    """A whole `form.toml`."""

    id: Slug
    year: Annotated[StrictInt, Field(ge=1976, le=2999)]
    name: Line
    jurisdiction: Jurisdiction
    step: Annotated[Points, Field(gt=0)]
    total: Points
    texts: Texts
    additions: Additions
    bases: dict[Basis, Source]
    kinds: tuple[KindOfOrganization, ...]
    levels: tuple[LevelRule, ...]
    level_items: tuple[str, ...]
    core_items: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    ratings: tuple[RatingRule, ...]
    reasons_required_for: tuple[RatingKey, ...]
    decision: Decision
    quota: Quota
    flags: tuple[Flag, ...] = ()
    interpretations: tuple[Interpretation, ...]
    confirmation: Confirmation | None = None

    @cached_property
    def by_no(self) -> dict[str, Criterion]:
        """Every row of the table by its number."""
        return {criterion.no: criterion for criterion in self.criteria}

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The rows that carry points, in the form's order."""
        parents = {criterion.parent for criterion in self.criteria}
        return tuple(criterion for criterion in self.criteria if criterion.no not in parents)

    @cached_property
    def other_items(self) -> tuple[str, ...]:
        """The items with a performance level that are not core."""
        return tuple(no for no in self.level_items if no not in self.core_items)

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """Every clause of the rating method by its number."""
        return {clause.no: clause for rule in self.ratings for clause in rule.clauses}

    @cached_property
    def official_sentences(self) -> tuple[str, ...]:
        """Every official sentence in the order in which the paper has them."""
        texts = self.texts
        sentences = [texts.title, texts.subtitle, texts.assessed_label, *texts.instructions]
        sentences += [title for _name, title in texts.columns]
        for criterion in self.criteria:
            sentences += [criterion.printed_no, *criterion.printed_paragraphs]
        sentences.append(texts.method_title)
        for rule in self.ratings:
            sentences += [rule.heading, *(clause.text for clause in rule.clauses)]
        sentences += [texts.note, texts.comment_label, texts.total_label, texts.proposed_label, texts.signature_line]
        return tuple(sentences)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the form's content without its confirmation, independent of layout and comments.

        Keys that a form does not use are left out, so that a later version that knows more keys finds the same.
        """
        content = self.model_dump(exclude={"confirmation"}, exclude_defaults=True)
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=points)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def confirmed(self) -> bool:
        """Whether a person confirmed just this content."""
        return self.confirmation is not None and self.confirmation.digest == self.digest

    @property
    def key(self) -> str:
        """Identifier and year: `hoi-quan-chung/2021`."""
        return f"{self.id}/{self.year}"

    def inside(self, no: str) -> tuple[Criterion, ...]:
        """Return the leaves at or below row `no`."""
        return tuple(leaf for leaf in self.leaves if leaf.no == no or leaf.no.startswith(f"{no}."))

    def rule(self, rating: RatingKey) -> RatingRule:
        """Return the rule of a rating."""
        return next(rule for rule in self.ratings if rule.key == rating)

    def kind(self, kind: Kind) -> KindOfOrganization:
        """Return what the form says of a kind of organisation."""
        return next(entry for entry in self.kinds if entry.key == kind)

    def level_name(self, level: Level) -> str:
        """Return the official name of a performance level."""
        return next(rule.name for rule in self.levels if rule.key == level)

    def level_of(self, awarded: Decimal, standard: Decimal) -> Level:
        """Return the performance level of `awarded` out of `standard` points."""
        share = Fraction(awarded) * 100 / Fraction(standard)
        return next(rule.key for rule in self.levels if share >= rule.at_least)

    def ratings_above(self, rating: RatingKey | None) -> Iterable[RatingRule]:
        """Return the rules of the ratings above one (of all when `None`), best first."""
        position = len(self.ratings) if rating is None else RATINGS.index(rating)
        return (rule for rule in self.ratings if RATINGS.index(rule.key) < position)
