"""The form as data: what `form.toml` may say. One class a table of the file; no rule of any form stands here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Context, Decimal, Inexact
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar, TypeVarTuple

from pydantic import Field, StrictInt

from baocao.forms.conditions import Clause, Condition, LevelsCondition, RatingRule
from baocao.forms.criteria import Basis, Criterion, Population, Rated, Role
from baocao.forms.ladder import Ladder, Rung
from baocao.forms.values import Frozen, Key, Line, Passage, Percent, Points, Slug
from baocao.text import points

About = TypeVarTuple("About")
T = TypeVar("T")

CLOSED_FIGURES: dict[str, bool] = {"targets": True, "weaknesses": True, "unremedied_weaknesses": False}
"""The figures that every submission may give, and whether each is a share."""


class KindOfOrganization(Rung):
    """A kind of organisation and whom it rates: its members or its subordinate organisations."""

    population: Population = Field(
        title="Xếp loại ai", description="members: đảng viên; subordinates: tổ chức đảng trực thuộc."
    )
    tier: Key | None = Field(
        None,
        title="Cấp, để tính tỷ lệ khống chế",
        description="Cùng cấp trên và cùng cấp thì tính chung; bỏ trống ở mọi loại: tính chung tất cả.",
    )


class LevelRule(Rung):
    """A performance level and the share of the standard points (whole percent) from which it is reached."""

    at_least: Percent | None = Field(
        None, title="Từ bao nhiêu phần trăm điểm chuẩn", description="Bỏ trống khi mẫu không chấm điểm."
    )


class OtherLadder(Frozen):
    """Ratings of those who are not rated on the form's own ladder."""

    of: Annotated[tuple[Rated, ...], Field(min_length=1)] = Field(title="Dùng cho những ai")
    rungs: Annotated[tuple[Rung, ...], Field(min_length=2)] = Field(title="Các mức, từ cao xuống thấp")


class Assessor(Rung):
    """A column of the table: who assessed."""

    counts: bool = Field(False, title="Cột này được tính", description="Đúng một cột.")


class Figure(Rung):
    """A count that the form asks for; with `out_of` the share of it in another one."""

    out_of: Key | None = Field(None, title="Trên tổng nào", description="Khóa của số liệu làm mẫu số.")


class Jurisdiction(Frozen):
    """Who made the form and for where; an office elsewhere is told so on its drafts."""

    name: Line = Field(title="Cơ quan ban hành mẫu")
    places: tuple[Line, ...] = Field(title="Địa bàn áp dụng", description="Để [] nếu áp dụng cả nước.")


class Source(Frozen):
    """What a basis means, and the interpretation behind it unless the form prints the figure."""

    source: Passage = Field(title="Nguồn của điểm")
    interpretation: Slug | None = Field(None, title="Cách hiểu làm căn cứ")


class Texts(Frozen):
    """Official sentences outside the table and the rating method."""

    title: Line = Field(title="Tên văn bản")
    subtitle: Line = Field(title="Trích yếu", description="Năm được in tiếp sau.")
    assessed_label: Line = Field(title="Nhãn trước tên tổ chức được đánh giá")
    instructions: tuple[Passage, ...] = Field((), title="Hướng dẫn chấm")
    columns: dict[Key, Line] = Field(title="Tiêu đề các cột", description="Khóa tự đặt, in bằng columns.<khóa>.")
    method_title: Line | None = Field(None, title="Tiêu đề phần phương pháp xếp loại")
    note: Passage | None = Field(None, title="Ghi chú cuối mẫu")
    comment_label: Line = Field(title="Nhãn của nhận xét chung")
    total_label: Line | None = Field(None, title="Nhãn của tổng điểm", description="Bỏ trống khi mẫu không chấm điểm.")
    proposed_label: Line = Field(title="Nhãn của mức đề nghị")
    signature_line: Line = Field(title="Dòng chú dẫn ở chỗ ký")


class Additions(Frozen):
    """What is printed beside the official text."""

    party: Line = Field(title="Tiêu đề Đảng")
    draft: Line = Field(title="Dấu dự thảo")
    sample: Passage | None = Field(None, title="Lời báo đây là mẫu minh họa", description="In cùng dấu dự thảo.")
    elsewhere: Passage = Field(title="Lời báo nơi lập ngoài địa bàn của mẫu")
    unconfirmed: Passage = Field(title="Lời báo điểm chuẩn chưa được xác nhận")
    deductions_title: Line = Field(title="Tiêu đề phần lý do điểm trừ")
    undetermined: Line = Field(title="Khi chưa xếp loại được")
    number_label: Line = Field(title="Nhãn của số, ký hiệu")
    number_blank: Line = Field(title="Chỗ trống của số, ký hiệu")


class Quota(Frozen):
    """How many may be decided so, in percent of those decided otherwise, within one superior and tier."""

    clause: str = Field(title="Điều kiện nêu tỷ lệ")
    rating: Key = Field(title="Mức bị khống chế")
    percent: Percent = Field(title="Không quá bao nhiêu phần trăm")
    base: Annotated[tuple[Key, ...], Field(min_length=1)] = Field(title="Tính trên số được xếp những mức này")
    interpretation: Slug | None = Field(None, title="Cách hiểu làm căn cứ")


class Flag(Frozen):
    """A reading that needs an explicit word of the presiding agency before the paper is issued."""

    key: Slug = Field(title="Khóa")
    clause: str = Field(title="Điều kiện không đạt thì báo")
    when_proposed: Annotated[tuple[Key, ...], Field(min_length=1)] = Field(title="Khi đề nghị những mức này")
    text: Passage = Field(title="Lời báo")
    interpretation: Slug | None = Field(None, title="Cách hiểu làm căn cứ")


class Decision(Frozen):
    """In which order the ratings are tried, and how high an undetermined case may be settled."""

    order: tuple[Key, ...] = Field(title="Thứ tự xét các mức; mức đầu tiên đúng được xếp")
    undetermined_at_most: Key = Field(title="Mức cao nhất được đề nghị khi chưa đủ căn cứ")
    interpretation: Slug | None = Field(None, title="Cách hiểu làm căn cứ")


class Interpretation(Frozen):
    """A reading that the text does not force, with its reason; confirmed as a whole by a person."""

    key: Slug = Field(title="Khóa")
    text: Passage = Field(title="Cách hiểu")
    reason: Passage = Field(title="Lý do hiểu như vậy")
    alternative: Passage | None = Field(None, title="Cách hiểu khác")


class Confirmation(Frozen):
    """Who confirmed the points and interpretations, by which decision; void when the digest no longer fits."""

    by: Line = Field(title="Người, cơ quan xác nhận")
    decision: Line = Field(title="Văn bản xác nhận")
    on: date = Field(title="Ngày xác nhận")
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(title="Mã của nội dung đã xác nhận")


class Form(Frozen):
    """A whole `form.toml`."""

    id: Slug = Field(title="Mã của mẫu", description="Trùng tên thư mục.")
    year: Annotated[StrictInt, Field(ge=1976, le=2999)] = Field(title="Năm", description="Trùng tên thư mục con.")
    name: Line = Field(title="Tên mẫu")
    jurisdiction: Jurisdiction = Field(title="Nơi ban hành, địa bàn")
    step: Annotated[Points, Field(gt=0)] | None = Field(None, title="Bước điểm", description="Ví dụ 0.25.")
    total: Points | None = Field(None, title="Tổng điểm chuẩn", description="Bỏ trống khi mẫu không chấm điểm.")
    total_at_most: Points | None = Field(None, title="Tổng điểm chấm không quá", description="Kể cả điểm thưởng.")
    partial_total: Literal["scaled", "lower"] | None = Field(
        None,
        title="Khi có mục không áp dụng",
        description="scaled: quy về tổng điểm chuẩn; lower: giữ nguyên, tổng thấp hơn.",
    )
    texts: Texts = Field(title="Câu chữ chính thức ngoài bảng")
    additions: Additions = Field(title="Phần in thêm ngoài mẫu chính thức")
    bases: dict[Basis, Source] = Field({}, title="Căn cứ của điểm chuẩn")
    kinds: Annotated[tuple[KindOfOrganization, ...], Field(min_length=1)] = Field(title="Loại tổ chức")
    assessors: tuple[Assessor, ...] = Field((), title="Các cột người chấm", description="Bỏ trống: một cột.")
    figures: tuple[Figure, ...] = Field((), title="Số liệu riêng của mẫu")
    ladders: tuple[OtherLadder, ...] = Field((), title="Thang xếp loại khác thang của mẫu")
    levels: tuple[LevelRule, ...] = Field((), title="Các cấp độ thực hiện, từ cao xuống thấp")
    level_items: tuple[str, ...] = Field((), title="Các mục có cấp độ")
    core_items: tuple[str, ...] = Field((), title="Các mục cốt lõi trong số đó")
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)] = Field(title="Các dòng của bảng")
    ratings: Annotated[tuple[RatingRule, ...], Field(min_length=2)] = Field(title="Các mức xếp loại, từ cao xuống thấp")
    reasons_required_for: tuple[Key, ...] = Field((), title="Các mức phải nêu lý do điểm trừ")
    decision: Decision = Field(title="Thứ tự xét")
    quotas: tuple[Quota, ...] = Field((), title="Tỷ lệ khống chế")
    revocation_grounds: dict[Key, Line] = Field(
        {}, title="Căn cứ hủy bỏ kết quả", description="Khóa tự đặt, dùng khi hủy bỏ; lời đọc tiếp sau chữ “do”."
    )
    flags: tuple[Flag, ...] = Field((), title="Điều cần cơ quan chủ trì có ý kiến")
    interpretations: tuple[Interpretation, ...] = Field((), title="Cách hiểu mà mẫu không nêu rõ")
    confirmation: Confirmation | None = Field(None, title="Xác nhận", description="Do lệnh form confirm ghi.")

    # --- rows

    @cached_property
    def by_no(self) -> dict[str, Criterion]:
        """Every row of the table by its number."""
        return {criterion.no: criterion for criterion in self.criteria}

    @cached_property
    def sections(self) -> tuple[Criterion, ...]:
        """The rows without a row above them."""
        return tuple(criterion for criterion in self.criteria if not criterion.parent)

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The rows that are assessed, in the form's order."""
        parents = {criterion.parent for criterion in self.criteria}
        return tuple(criterion for criterion in self.criteria if criterion.no not in parents)

    @cached_property
    def leaf_numbers(self) -> frozenset[str]:
        """The numbers of the rows that are assessed."""
        return frozenset(leaf.no for leaf in self.leaves)

    def role(self, no: str) -> Role:
        """Return what the points of a row do to the total; its section says it."""
        return self._section_of[no].role

    def applies(self, no: str, kind: str) -> bool:
        """Whether a row is assessed for a kind of organisation; its section says it."""
        kinds = self._section_of[no].applies_to
        return kinds is None or kind in kinds

    @cached_property
    def _section_of(self) -> dict[str, Criterion]:
        """The section of each row; the row itself while its section is still to be written."""
        return {row.no: self.by_no.get(row.section, row) for row in self.criteria}

    def leaves_of(self, kind: str) -> tuple[Criterion, ...]:
        """Return the rows that are assessed for a kind of organisation, in the form's order."""
        return self.once(_leaves_of, kind)

    def inside(self, no: str) -> tuple[Criterion, ...]:
        """Return the leaves at or below row `no`."""
        return self._inside[no]

    @cached_property
    def _inside(self) -> dict[str, tuple[Criterion, ...]]:
        return {
            row.no: tuple(leaf for leaf in self.leaves if f"{leaf.no}.".startswith(f"{row.no}."))
            for row in self.criteria
        }

    def path(self, no: str) -> tuple[str, ...]:
        """Return the numbers of a row and of those above it, the nearest first."""
        return self._paths[no]

    @cached_property
    def _paths(self) -> dict[str, tuple[str, ...]]:
        paths: dict[str, tuple[str, ...]] = {}
        for row in self.criteria:
            paths[row.no] = (row.no, *paths.get(row.parent, ()))
        return paths

    # --- points

    @cached_property
    def caps(self) -> dict[str, Decimal]:
        """The most points of each row of a bonus or penalty section that states them."""
        return {
            row.no: row.standard for row in self.criteria if row.standard is not None and self.role(row.no) != "regular"
        }

    @property
    def has_points(self) -> bool:
        """Whether the form gives points at all, and not only levels or answers."""
        return self.total is not None

    def regular_standard(self, kind: str) -> Decimal:
        """Return the standard points of the sections that make up the total for a kind of organisation."""
        return self.once(_regular_standard, kind)

    def standard_total(self, kind: str) -> Decimal:
        """Return the points that a kind of organisation is measured by: the total, or what is left of it."""
        return (self.total or Decimal(0)) if self.partial_total == "scaled" else self.regular_standard(kind)

    @cached_property
    def counting(self) -> Assessor | None:
        """The assessor whose column counts; `None` where the form has one column only."""
        return next((assessor for assessor in self.assessors if assessor.counts), None)

    @cached_property
    def other_assessors(self) -> tuple[Assessor, ...]:
        """The assessors whose columns are printed and do not count."""
        return tuple(assessor for assessor in self.assessors if not assessor.counts)

    # --- levels and ratings

    @cached_property
    def level_ladder(self) -> Ladder:
        """The performance levels."""
        return Ladder.of(self.levels)

    @property
    def best_level(self) -> str | None:
        """The highest performance level; `None` in a form without levels."""
        return self.level_ladder.best if self.levels else None

    def level_of(self, awarded: Decimal, standard: Decimal) -> str:
        """Return the performance level of `awarded` out of `standard` points."""
        return next(level for floor, level in self.once(_level_floors, standard) if awarded >= floor)

    def items(self, condition: LevelsCondition) -> tuple[str, ...]:
        """Return the items that a condition on levels speaks of."""
        match condition.items:
            case "core":
                return self.core_items
            case "others":
                return tuple(no for no in self.level_items if no not in self.core_items)
            case "all":
                return self.level_items
            case named:
                return named

    @cached_property
    def yes_no_items(self) -> tuple[str, ...]:
        """The criteria that are answered by yes or no."""
        return tuple(leaf.no for leaf in self.leaves if leaf.assessed_by == "yes_no")

    @cached_property
    def ladder(self) -> Ladder:
        """The ratings that the form gives."""
        return Ladder.of(self.ratings)

    @cached_property
    def _other_ladders(self) -> dict[str, Ladder]:
        return {rated: Ladder.of(entry.rungs) for entry in self.ladders for rated in entry.of}

    def ladder_of(self, rated: str) -> Ladder:
        """Return the ladder on which members, subordinates or the organisations of a list are rated."""
        return self._other_ladders.get(rated, self.ladder)

    def rule(self, rating: str) -> RatingRule:
        """Return the rule of a rating."""
        return self._rules[rating]

    @cached_property
    def _rules(self) -> dict[str, RatingRule]:
        return {rule.key: rule for rule in self.ratings}

    def ratings_above(self, rating: str | None) -> Iterable[RatingRule]:
        """Return the rules of the ratings above one (of all when `None`), best first."""
        return self.ratings[: len(self.ratings) if rating is None else self.ladder.rank(rating)]

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """Every clause of the rating method by its number."""
        return {clause.no: clause for rule in self.ratings for clause in rule.clauses}

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the rating method, in the form's order."""
        return tuple(condition for clause in self.clauses.values() for condition in clause.conditions)

    # --- kinds and figures

    def kind(self, kind: str) -> KindOfOrganization:
        """Return what the form says of a kind of organisation."""
        return self.by_kind[kind]

    @cached_property
    def by_kind(self) -> dict[str, KindOfOrganization]:
        """The kinds of organisation by their keys."""
        return {kind.key: kind for kind in self.kinds}

    @cached_property
    def own_figures(self) -> dict[str, Figure]:
        """The figures that the form itself declares, by their keys."""
        return {figure.key: figure for figure in self.figures}

    def is_share(self, figure: str) -> bool:
        """Whether a figure is a share of one count in another."""
        own = self.own_figures.get(figure)
        return own.out_of is not None if own else CLOSED_FIGURES[figure]

    # --- the whole

    def once(self, work: Callable[[Form, *About], T], *about: *About) -> T:
        """Return what `work` makes of the form and of `about`, worked out once and kept as long as the form.

        Args:
            work: a function, of which the result depends on nothing else.
            about: keys and numbers of the form, its phrase book: never what a submission says, since nothing is
                ever forgotten.
        """
        known, key = self._worked_out, (work, *about)
        try:
            found: T = known[key]
        except KeyError:
            found = known[key] = work(self, *about)
        return found

    @cached_property
    def _worked_out(self) -> dict[tuple[object, ...], Any]:
        return {}

    @cached_property
    def official_sentences(self) -> tuple[str, ...]:
        """Every official sentence in the order in which the paper has them."""
        texts = self.texts
        sentences = [texts.title, texts.subtitle, texts.assessed_label, *texts.instructions, *texts.columns.values()]
        for criterion in self.criteria:
            sentences += [criterion.printed_no, *criterion.printed_paragraphs]
        sentences.append(texts.method_title or "")
        for rule in self.ratings:
            sentences += [rule.heading, *(clause.text for clause in rule.clauses)]
        sentences += [texts.note or "", texts.comment_label, texts.total_label or "", texts.proposed_label]
        sentences.append(texts.signature_line)
        return tuple(sentence for sentence in sentences if sentence)

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


# --- worked out once for each form ---------------------------------------------------------------------------------


def _leaves_of(form: Form, kind: str) -> tuple[Criterion, ...]:
    return tuple(leaf for leaf in form.leaves if form.applies(leaf.no, kind))


def _regular_standard(form: Form, kind: str) -> Decimal:
    regular = (row for row in form.sections if row.role == "regular" and form.applies(row.no, kind))
    return sum((row.most for row in regular), Decimal(0))


_EXACT = Context(prec=100, traps=[Inexact])


def _level_floors(form: Form, standard: Decimal) -> list[tuple[Decimal, str]]:
    """Return from which points on each level is reached, of so many standard points."""
    return [
        (_EXACT.multiply(standard, Decimal(rule.at_least or 0)).scaleb(-2, _EXACT), rule.key) for rule in form.levels
    ]
