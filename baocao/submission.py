"""The submission contract: what one JSON input may say, with the Vietnamese titles of the published JSON Schema.

Ratings, levels, kinds and criteria are keys of the form; `inputs` checks them once the form is known.
In `facts`, `[]` or 0 means that there are none and `null` that it is not known yet; nothing is ever assumed.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from baocao.forms.values import (
    MOST_POINTS,
    Choice,
    Count,
    Frozen,
    Line,
    Paragraphs,
    Passage,
    Points,
    Slug,
)

MOST_ENTRIES = 200
"""No list of a submission is longer, and no form has more criteria."""

_EMPTY: dict[str, Any] = {"default": {}}
"""Said of a `default_factory`, which the schema does not look into; a default `{}` would be copied deeply each time."""


def _iso_date(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("date_form", "date")


IsoDate = Annotated[datetime.date, BeforeValidator(_iso_date)]


class Superior(Frozen, title="Cấp trên trực tiếp"):
    """The party committee directly above."""

    id: Slug = Field(title="Mã cấp trên", description="Chữ thường không dấu, chữ số, dấu gạch nối.")
    name: Line = Field(title="Tên đảng bộ cấp trên")


class Organization(Frozen, title="Tổ chức đảng được đánh giá"):
    """The assessed party organisation."""

    id: Slug = Field(title="Mã tổ chức", description="Dùng làm tên tệp; không trùng nhau trong một đợt.")
    name: Line = Field(title="Tên tổ chức đảng")
    kind: Choice = Field(
        title="Loại tổ chức",
        description="Khóa trong mẫu, ví dụ cell: chi bộ; grassroots_cell: chi bộ cơ sở; party_committee: đảng bộ.",
    )
    superior: Superior = Field(title="Cấp trên trực tiếp")


class Deduction(Frozen, title="Một lần trừ điểm"):
    """One deduction; `points` above 0, in the form's step."""

    points: Points = Field(title="Điểm trừ")
    reason: Passage | None = Field(None, title="Lý do điểm trừ")
    evidence: Passage | None = Field(None, title="Căn cứ", description="Văn bản, biên bản, kết luận làm căn cứ.")


class Mark(Frozen, title="Kết quả chấm của một người chấm"):
    """What one assessor gives a criterion: points, a level or an answer, as the form asks."""

    awarded: Points | None = Field(
        None, title="Điểm chấm", description="Ở mục điểm phạt: số điểm bị phạt; ở mục điểm thưởng: số điểm được cộng."
    )
    level: Choice | None = Field(None, title="Cấp độ", description="Ở tiêu chí chấm theo cấp độ.")
    met: StrictBool | None = Field(None, title="Đạt", description="Ở tiêu chí đạt, không đạt: true hoặc false.")


class Score(Mark, title="Điểm chấm một tiêu chí"):
    """The mark that counts: of points `awarded`, `deductions` or both, which must then agree."""

    deductions: tuple[Deduction, ...] | None = Field(None, max_length=MOST_ENTRIES, title="Các điểm trừ")
    reason: Passage | None = Field(
        None,
        title="Lý do chung",
        description="Giải thích toàn bộ phần điểm bị trừ, hoặc số điểm người chấm tự cho ở tiêu chí chấm theo mức.",
    )
    others: dict[str, Mark] = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        title="Các cột không được tính",
        description="Theo khóa của người chấm.",
        json_schema_extra=_EMPTY,
    )


class _WholePoints(dict[int, Score]):
    """The score of whole points that stand alone: one and the same value, since most scores say no more."""

    def __missing__(self, awarded: int) -> Score:
        self[awarded] = score = Score(awarded=Decimal(awarded))
        return score


_WHOLE_POINTS = _WholePoints()


def points_alone(awarded: Decimal) -> Score:
    """Return the score that says points and nothing else; of whole points the very object that submissions have."""
    return _WHOLE_POINTS[int(awarded)] if awarded == int(awarded) else Score(awarded=awarded)


def _shared(raw: object) -> object:
    return {no: _shared_score(score) for no, score in raw.items()} if isinstance(raw, dict) else raw


def _shared_score(raw: object) -> object:
    if type(raw) is dict and len(raw) == 1 and type(points := raw.get("awarded")) is int and 0 <= points <= MOST_POINTS:
        return _WHOLE_POINTS[points]
    return raw


Scores = Annotated[dict[str, Score], BeforeValidator(_shared)]
"""The scores by the numbers of their criteria."""


class Tally(Frozen, title="Số được xếp loại ở từng mức"):
    """How many are rated so, by the keys of the ladder; `not_rated` stays outside the denominator."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Count | None]

    not_rated: Count | None = Field(0, title="Chưa xếp loại", description="Không tính vào mẫu số.")
    not_rated_reason: Passage | None = Field(None, title="Lý do chưa xếp loại")

    @property
    def counts(self) -> dict[str, int | None]:
        """How many are rated so, by rating."""
        return self.__pydantic_extra__

    @property
    def rated(self) -> int | None:
        """How many are rated at all; `None` while one of the counts is not known."""
        counts = self.counts.values()
        return None if None in counts else sum(filter(None, counts))

    def at_rung(self, rating: str) -> int:
        """Return how many are rated just so; 0 while that is not known."""
        return self.counts.get(rating) or 0


class RatedOrganization(Frozen, title="Một cơ quan, đoàn thể cùng cấp"):
    """An organisation of the same level and its rating."""

    name: Line = Field(title="Tên")
    rating: Choice | None = Field(title="Xếp loại", description="null: chưa biết.")


class Weaknesses(Frozen, title="Hạn chế, yếu kém đã được chỉ ra"):
    """Weaknesses that were pointed out."""

    pointed_out: Count | None = Field(title="Số được chỉ ra")
    remedied: Count | None = Field(title="Số đã khắc phục")
    unremedied_from_earlier_years: Count | None = Field(title="Số của các năm trước chưa khắc phục được")


class Targets(Frozen, title="Chỉ tiêu, nhiệm vụ được giao"):
    """Targets assigned by the competent authority; `met` ≤ `assigned` - `force_majeure`."""

    assigned: Count | None = Field(title="Số được giao")
    met: Count | None = Field(title="Số hoàn thành")
    force_majeure: Count | None = Field(title="Số không hoàn thành do bất khả kháng")


class DisciplinedSubordinate(Frozen, title="Tổ chức đảng trực thuộc bị kỷ luật"):
    """A subordinate disciplined in the assessed year."""

    name: Line = Field(title="Tên")
    self_detected: StrictBool | None = Field(title="Tự phát hiện")
    remedied: StrictBool | None = Field(title="Đã khắc phục xong hậu quả")


class Discipline(Frozen, title="Kỷ luật trong năm đánh giá"):
    """Discipline in the assessed year."""

    organization: StrictBool | None = Field(title="Tổ chức đảng bị xử lý kỷ luật")
    subordinates: tuple[DisciplinedSubordinate, ...] | None = Field(
        max_length=MOST_ENTRIES, title="Tổ chức trực thuộc bị kỷ luật"
    )


class Achievement(Frozen, title="Thành tích nổi bật"):
    """An outstanding achievement and who attests it."""

    text: Passage = Field(title="Nội dung")
    attested_by: Line | None = Field(
        title="Nơi xác nhận", description="Quyết định khen thưởng, cấp xác nhận; null: chưa biết."
    )


class StatedLevel(Frozen, title="Cấp độ do cơ quan chủ trì nêu"):
    """A performance level stated by the agency in place of the one that the points give."""

    level: Choice = Field(title="Cấp độ", description="Khóa trong mẫu, ví dụ excellent: Xuất sắc; good: Tốt.")
    reason: Passage = Field(title="Lý do")


class Facts(Frozen, title="Số liệu làm căn cứ xếp loại ([] hoặc 0: không có; null: chưa biết)"):
    """What the rating rests on; `[]` or 0: there are none, `null`: not known yet. The form says which it needs."""

    members: Tally | None = Field(None, title="Xếp loại đảng viên (chi bộ)")
    subordinates: Tally | None = Field(None, title="Xếp loại tổ chức đảng trực thuộc (đảng bộ)")
    government: tuple[RatedOrganization, ...] | None = Field(
        None, max_length=MOST_ENTRIES, title="Chính quyền cùng cấp"
    )
    sociopolitical_organizations: tuple[RatedOrganization, ...] | None = Field(
        None,
        max_length=MOST_ENTRIES,
        title="Đoàn thể chính trị - xã hội cùng cấp",
        description="Không gồm các hội quần chúng.",
    )
    weaknesses: Weaknesses | None = Field(None, title="Hạn chế, yếu kém")
    targets: Targets | None = Field(None, title="Chỉ tiêu, nhiệm vụ được giao")
    discipline: Discipline | None = Field(None, title="Kỷ luật")
    achievements: tuple[Achievement, ...] | None = Field(None, max_length=MOST_ENTRIES, title="Thành tích nổi bật")
    figures: dict[str, Count | None] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, title="Số liệu riêng của mẫu", json_schema_extra=_EMPTY
    )
    levels: dict[str, StatedLevel] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, title="Cấp độ do cơ quan chủ trì nêu", json_schema_extra=_EMPTY
    )


class Proposal(Frozen, title="Ý kiến của cơ quan chủ trì"):
    """The presiding agency's own word: settles, confirms or lowers the computed rating."""

    rating: Choice = Field(title="Mức đề nghị")
    by: Line = Field(title="Người, cơ quan đề nghị")
    reason: Passage = Field(title="Lý do")


class Issuer(Frozen, title="Cơ quan ban hành (đầu trang)"):
    """The head of the page."""

    superior: Line = Field(title="Cơ quan cấp trên", description="Ví dụ HUYỆN ỦY LỘC AN.")
    agency: Line = Field(title="Cơ quan chủ trì", description="Ví dụ BAN TỔ CHỨC.")
    symbol: Line | None = Field(None, title="Số, ký hiệu", description="Ví dụ 12-BC/BTC; null: để trống cho văn thư.")


class Signature(Frozen, title="Khối chữ ký"):
    """The signature block."""

    place: Line = Field(title="Địa danh")
    date: IsoDate | None = Field(title="Ngày ký", description="Dạng 2021-12-05; null: để trống.")
    authority: Line | None = Field(None, title="Thẩm quyền ký", description="T/M, K/T, T/L…; ví dụ T/M BAN THƯỜNG VỤ.")
    position: Line = Field(title="Chức vụ")
    name: Line = Field(title="Họ và tên")


class Submission(Frozen, title="Dữ liệu chấm điểm"):
    """The submission of one organisation on one form."""

    json_schema: str | None = Field(None, alias="$schema", title="JSON Schema", exclude=True)
    form: Slug = Field(title="Mẫu", description="Ví dụ hoi-quan-chung.")
    year: int = Field(title="Năm đánh giá", ge=1976, le=2999, strict=True)
    organization: Organization = Field(title="Tổ chức được đánh giá")
    scores: Scores = Field(max_length=MOST_ENTRIES, title="Điểm chấm", description="Theo số của tiêu chí.")
    facts: Facts = Field(title="Số liệu")
    proposal: Proposal | None = Field(None, title="Đề nghị của cơ quan chủ trì")
    comment: Paragraphs | None = Field(None, title="Nhận xét chung", description="Thay cho nhận xét do phần mềm viết.")
    issuer: Issuer | None = Field(None, title="Cơ quan ban hành")
    signature: Signature = Field(title="Chữ ký")
