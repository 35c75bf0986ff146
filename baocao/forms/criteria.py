"""Criteria and their bands: the rows of the scoresheet, as `form.toml` may describe them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import Field

from baocao import logic
from baocao.forms.ladder import Ladder
from baocao.forms.values import Count, Few, Frozen, Key, Passage, Points, Slug

Basis = Literal["form", "derived", "allocated"]
"""Where a figure comes from: printed on the form, implied by it, or allocated by an interpretation."""

AssessedBy = Literal["points", "level", "yes_no"]
"""How a criterion is assessed: by points up to its standard, by a performance level, by yes or no."""

Role = Literal["regular", "bonus", "penalty"]
"""What the points of a section do to the total: make it up, add to it, take from it."""

OrganizationList = Literal["government", "sociopolitical_organizations"]
Population = Literal["members", "subordinates"]
ORGANIZATION_LISTS: tuple[OrganizationList, ...] = get_args(OrganizationList)
POPULATIONS: tuple[Population, ...] = get_args(Population)
Rated = OrganizationList | Population
"""Those whose ratings are facts."""


class RatingTest(Frozen):
    """One test of a list of ratings; exactly one of its kinds of test is given."""

    all_at_least: Key | None = Field(None, title="Tất cả đạt từ mức này trở lên")
    any_at_least: Key | None = Field(None, title="Có ít nhất một đạt từ mức này trở lên")
    all_rated: Key | None = Field(None, title="Tất cả đúng mức này")
    rated: Key | None = Field(None, title="Đếm số ở đúng mức này", description="Kèm at_least hoặc exactly.")
    at_least: Few | None = Field(None, title="Với rated: có từ bấy nhiêu")
    exactly: Few | None = Field(None, title="Với rated: có đúng bấy nhiêu")
    none: Literal[True] | None = Field(None, title="Không có cơ quan, đoàn thể nào")

    def holds(self, ladder: Ladder, ratings: Sequence[str | None]) -> bool | None:
        """Whether the test holds for ratings of a ladder, in three-valued logic."""
        if self.none:
            return not ratings
        if self.all_at_least:
            return logic.every(ladder.at_least(rating, self.all_at_least) for rating in ratings)
        if self.any_at_least:
            return logic.some(ladder.at_least(rating, self.any_at_least) for rating in ratings)
        if self.all_rated:
            return logic.every(ladder.exactly(rating, self.all_rated) for rating in ratings)
        return self._counted([ladder.exactly(rating, self.rated or "") for rating in ratings])

    def _counted(self, matches: Sequence[bool | None]) -> bool | None:
        if self.at_least is not None:
            return logic.at_least(self.at_least, matches)
        wanted = self.exactly or 0
        more = logic.at_least(wanted + 1, matches)
        return logic.every([logic.at_least(wanted, matches), None if more is None else not more])


class Gap(Frozen):
    """What it means that there is nothing to take a share of; the assessor's own points count then."""

    text: Passage = Field(title="Mô tả trường hợp không có mức", description="Đọc tiếp sau chữ “vì”.")


class RatingGap(Gap):
    """A case that the form itself leaves without a band."""

    when: Annotated[tuple[RatingTest, ...], Field(min_length=1)] = Field(title="Các phép thử, phải đúng tất cả")


class _Band(Frozen):
    text: Passage = Field(title="Câu của mức, đúng nguyên văn")
    points: Points = Field(title="Điểm của mức")
    level: Key | None = Field(None, title="Cấp độ của mức", description="Bỏ trống: tính theo tỷ lệ điểm.")


class RatingBand(_Band):
    """Points given when all tests hold for the ratings of the organisations named."""

    when: Annotated[tuple[RatingTest, ...], Field(min_length=1)] = Field(title="Các phép thử, phải đúng tất cả")


class FigureBand(_Band):
    """Points given from this figure on: a count, or whole percent of a share."""

    at_least: Count = Field(title="Từ bao nhiêu", description="Phần trăm với tỷ lệ, số lượng với số đếm.")


class RatingBands(Frozen):
    """Points by the ratings of the organisations of a list; the first band that holds counts."""

    kind: Literal["ratings"] = Field(title="Chấm theo xếp loại của cơ quan, đoàn thể")
    of: OrganizationList = Field(title="Xét danh sách nào")
    bands: Annotated[tuple[RatingBand, ...], Field(min_length=1)] = Field(title="Các mức, mức đầu tiên đúng được chọn")
    gaps: tuple[RatingGap, ...] = Field((), title="Các trường hợp mẫu không có mức")
    interpretation: Slug | None = Field(None, title="Cách hiểu mà các mức dựa vào")

    def choose(self, ladder: Ladder, ratings: Sequence[str | None]) -> RatingBand | RatingGap | None:
        """Return the first band or the declared gap that holds, `None` while that is not known."""
        cases: tuple[RatingBand | RatingGap, ...] = (*self.gaps, *self.bands)
        for case in cases:
            holds = logic.every(test.holds(ladder, ratings) for test in case.when)
            if holds is None:
                return None
            if holds:
                return case
        raise AssertionError(f"no band and no gap covers {ratings}")  # `forms.check` proves that one does


class FigureBands(Frozen):
    """Points by a figure: a count, or the share of one count in another."""

    kind: Literal["figure"] = Field(title="Chấm theo số liệu")
    of: Key = Field(title="Số liệu nào", description="targets, weaknesses, unremedied_weaknesses hoặc khóa ở figures.")
    bands: Annotated[tuple[FigureBand, ...], Field(min_length=1)] = Field(title="Các mức, từ cao xuống đến 0")
    gap: Gap | None = Field(None, title="Trường hợp không có gì để tính tỷ lệ", description="Bắt buộc với tỷ lệ.")
    interpretation: Slug | None = Field(None, title="Cách hiểu mà các mức dựa vào")

    def choose(self, figure: Fraction | None, *, nothing: bool) -> FigureBand | Gap | None:
        """Return the band of a figure (a count, or percent), `None` while it is not known.

        Args:
            figure: the count, or the share in percent.
            nothing: there is nothing to take a share of.
        """
        if nothing:
            return self.gap
        return None if figure is None else next(band for band in self.bands if figure >= band.at_least)


# --- criteria ------------------------------------------------------------------------------------------------


class Criterion(Frozen):
    """One row of the table: a section, an item or a criterion; those without rows below them are assessed."""

    no: Annotated[str, Field(pattern=r"^([IVXLC]+|[A-Z]|[1-9][0-9]?)(\.[1-9][0-9]?){0,3}$")] = Field(
        title="Số thứ tự", description="I, I.1, I.1.1; cột TT in phần sau dấu chấm đầu tiên."
    )
    text: Passage = Field(title="Nội dung, đúng nguyên văn")
    text_source: Passage | None = Field(None, title="Nguồn của nội dung khi bản gốc bị mất chữ")
    paragraphs: tuple[Passage, ...] = Field((), title="Các đoạn tiếp theo của cùng dòng")
    assessed_by: AssessedBy = Field(
        "points", title="Cách chấm", description="points: cho điểm; level: chọn cấp độ; yes_no: đạt hay không đạt."
    )
    standard: Points | None = Field(None, title="Điểm chuẩn", description="Với mục thưởng, phạt: điểm tối đa.")
    basis: Basis | None = Field(
        None, title="Căn cứ của điểm chuẩn", description="form: in trên mẫu; derived: suy ra; allocated: tạm phân bổ."
    )
    role: Role = Field(
        "regular", title="Vai trò của mục (chỉ ghi ở mục lớn)", description="bonus: thưởng; penalty: phạt."
    )
    applies_to: Annotated[tuple[Key, ...], Field(min_length=1)] | None = Field(
        None, title="Chỉ áp dụng cho các loại tổ chức này (chỉ ghi ở mục lớn)"
    )
    banded: Annotated[RatingBands | FigureBands, Field(discriminator="kind")] | None = Field(
        None, title="Chấm theo mức", description="Điểm do số liệu quyết định."
    )

    @cached_property
    def most(self) -> Decimal:
        """The most points that there are for the row; 0 where it gives none."""
        return self.standard or Decimal(0)

    @cached_property
    def parent(self) -> str:
        """Number of the row above, `""` for a section."""
        return self.no.rpartition(".")[0]

    @cached_property
    def section(self) -> str:
        """Number of the section that the row is or belongs to."""
        return self.no.partition(".")[0]

    @cached_property
    def printed_no(self) -> str:
        """The number in column TT: `I` for a section, else the part after it (`1`, `1.2`)."""
        return self.no.partition(".")[2] or self.no

    @cached_property
    def printed_paragraphs(self) -> tuple[str, ...]:
        """The official paragraphs of the row, in order, those of its bands last."""
        bands = self.banded.bands if self.banded else ()
        return (self.text, *self.paragraphs, *(band.text for band in bands))
