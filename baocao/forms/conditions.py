"""Rating conditions: a closed list of kinds, each stated by a clause of the form. No expressions, no `eval`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from baocao.forms.criteria import OrganizationList
from baocao.forms.ladder import Rung
from baocao.forms.values import Count, Frozen, Key, Passage, Percent, Points, Slug

Items = Literal["core", "others", "all"] | tuple[str, ...]
"""The core items with a level, the others, all of them, or some by their numbers."""

Figured = Annotated[
    Key,
    Field(description="targets, weaknesses, unremedied_weaknesses hoặc khóa ở figures."),
]


class _Condition(Frozen):
    interpretation: Slug | None = Field(None, title="Cách hiểu mà điều kiện dựa vào")
    applies_to: Annotated[tuple[Key, ...], Field(min_length=1)] | None = Field(
        None, title="Chỉ xét với các loại tổ chức này", description="Bỏ trống: mọi loại."
    )


class PointsCondition(_Condition):
    """The points of the whole or of one row reach, or stay under, a number of points."""

    kind: Literal["points"] = Field(title="Điều kiện về điểm")
    of: str | None = Field(None, title="Điểm của mục nào", description="Bỏ trống: tổng điểm.")
    at_least: Points | None = Field(None, title="Từ số điểm này trở lên")
    below: Points | None = Field(None, title="Dưới số điểm này")


class AchievementCondition(_Condition):
    """There is an outstanding achievement that somebody named attests."""

    kind: Literal["achievement"] = Field(title="Có thành tích nổi bật được xác nhận")


class LevelsCondition(_Condition):
    """Items reach a performance level, or (`at_most`) one of them is no better than it."""

    kind: Literal["levels"] = Field(title="Điều kiện về cấp độ của các mục")
    items: Items = Field(title="Các mục", description="core: cốt lõi; others: còn lại; all: tất cả; hoặc danh sách số.")
    at_least: Key | None = Field(None, title="Tất cả đạt từ cấp độ này trở lên")
    at_most: Key | None = Field(None, title="Có mục chỉ ở cấp độ này hoặc thấp hơn")


class YesNoCondition(_Condition):
    """Criteria answered by yes or no: all of them are met, or one of them is not."""

    kind: Literal["yes_no"] = Field(title="Điều kiện về các tiêu chí đạt, không đạt")
    items: Literal["all"] | tuple[str, ...] = Field(title="Các tiêu chí", description="all: tất cả; hoặc danh sách số.")
    expects: Literal["all_met", "any_unmet"] = Field(
        title="Điều kiện", description="all_met: tất cả đạt; any_unmet: có tiêu chí không đạt."
    )


class ShareCondition(_Condition):
    """A share of the rated members or subordinates is rated so; the kind of organisation says which."""

    kind: Literal["share"] = Field(title="Tỷ lệ đảng viên, tổ chức trực thuộc được xếp loại")
    rated_at_least: Key | None = Field(None, title="Được xếp từ mức này trở lên")
    rated: Key | None = Field(None, title="Được xếp đúng mức này")
    at_least: Percent | None = Field(None, title="Từ bao nhiêu phần trăm")
    above: Percent | None = Field(None, title="Trên bao nhiêu phần trăm")


class OrganizationsCondition(_Condition):
    """All organisations of a list are rated at least so, or any of them is rated just so."""

    kind: Literal["organizations"] = Field(title="Xếp loại của chính quyền, đoàn thể cùng cấp")
    of: OrganizationList = Field(title="Danh sách")
    all_at_least: Key | None = Field(None, title="Tất cả được xếp từ mức này trở lên")
    any_rated: Key | None = Field(None, title="Có nơi bị xếp đúng mức này")


class FigureCondition(_Condition):
    """A figure reaches, exceeds, stays within or under a number: a count, or whole percent of a share."""

    kind: Literal["figure"] = Field(title="Điều kiện về số liệu")
    of: Figured = Field(title="Số liệu nào")
    at_least: Count | None = Field(None, title="Từ bao nhiêu trở lên")
    at_most: Count | None = Field(None, title="Không quá bao nhiêu")
    below: Count | None = Field(None, title="Dưới bao nhiêu")
    above: Count | None = Field(None, title="Trên bao nhiêu")

    @property
    def threshold(self) -> tuple[str, int]:
        """How the figure is compared, and with what."""
        for name in ("at_least", "at_most", "below", "above"):
            number = getattr(self, name)
            if number is not None:
                return name, number
        raise AssertionError("no threshold")  # `forms.check` proves that there is one


class DisciplinedCondition(_Condition):
    """The organisation itself was disciplined in the assessed year."""

    kind: Literal["organization_disciplined"] = Field(title="Tổ chức đảng bị xử lý kỷ luật")


class SubordinatesCondition(_Condition):
    """No subordinate was disciplined, save those that found the matter themselves and have remedied it."""

    kind: Literal["subordinates_not_disciplined"] = Field(title="Tổ chức trực thuộc không bị kỷ luật")


Condition = Annotated[
    PointsCondition
    | AchievementCondition
    | LevelsCondition
    | YesNoCondition
    | ShareCondition
    | OrganizationsCondition
    | FigureCondition
    | DisciplinedCondition
    | SubordinatesCondition,
    Field(discriminator="kind"),
]


def is_on_total(condition: Condition) -> bool:
    """Whether a condition is on the total of points: what it says shows in the total itself."""
    return isinstance(condition, PointsCondition) and condition.of is None


class Clause(Frozen):
    """One official sentence of the rating method, with the conditions that it states."""

    no: Annotated[str, Field(pattern=r"^[1-9](\.[1-9][0-9]?)?$")] = Field(title="Số của điều kiện")
    text: Passage = Field(title="Câu của mẫu, đúng nguyên văn")
    conditions: tuple[Condition, ...] = Field((), title="Các điều kiện mà câu nêu")


class RatingRule(Rung):
    """When a rating is given: all of its conditions hold, or any of them (a knock-out)."""

    heading: Passage = Field(title="Dòng đầu của mức, đúng nguyên văn")
    given_when: Literal["all", "any"] = Field(
        title="Khi nào được xếp", description="all: đủ mọi điều kiện; any: có một trong các trường hợp."
    )
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)] = Field(title="Các điều kiện")
