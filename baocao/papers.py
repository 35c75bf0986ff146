"""The contract of what an authority decides: its decision on many organisations, and the paper that carries one."""

from __future__ import annotations

from pydantic import Field

from baocao.forms.values import Choice, Frozen, Line, Passage
from baocao.submission import IsoDate, Issuer, Signature

MOST_DECIDED = 5000
"""No decision lists more organisations."""


class AuthorityDecision(Frozen, title="Quyết định của cấp có thẩm quyền"):
    """The decision that an entry of the register rests on."""

    number: Line = Field(title="Số, ký hiệu", description="Ví dụ 125-QĐ/HU.")
    date: IsoDate = Field(title="Ngày quyết định", description="Dạng 2021-12-20.")
    body: Line = Field(title="Cơ quan quyết định", description="Ví dụ Ban Thường vụ Huyện ủy Lộc An.")


class Paper(Frozen, title="Quyết định và phần trình bày"):
    """A decision with the head and the signature block of its paper."""

    decision: AuthorityDecision = Field(title="Quyết định")
    issuer: Issuer = Field(title="Cơ quan ban hành (đầu trang)")
    signature: Signature = Field(title="Khối chữ ký")


class AnnexPaper(Frozen, title="Phần trình bày của phụ lục"):
    """The number, head and signature block of an annex, and the report that it goes with."""

    number: Line | None = Field(None, title="Số của phụ lục", description="Ví dụ 01; null: để trống.")
    report: Line | None = Field(
        None,
        title="Báo cáo mà phụ lục kèm theo",
        description="Ví dụ Báo cáo số 125-BC/HU ngày 20 tháng 12 năm 2021 của Ban Thường vụ Huyện ủy; null: để trống.",
    )
    issuer: Issuer | None = Field(None, title="Cơ quan ban hành (đầu trang)")
    signature: Signature = Field(title="Khối chữ ký")


class DecidedRating(Frozen, title="Kết quả của một tổ chức"):
    """What is decided for one organisation."""

    number: Line = Field(title="Số trong sổ theo dõi", description="Ví dụ 2021-0012.")
    rating: Choice = Field(title="Mức được quyết định", description="Khóa của mức trong mẫu.")
    reason: Passage | None = Field(
        None, title="Lý do", description="Khi quyết định cao hơn mức đủ điều kiện, hoặc khác mức đề nghị."
    )


class DecisionFile(Paper, title="Tệp quyết định công nhận kết quả"):
    """The file that `decide` enters."""

    ratings: tuple[DecidedRating, ...] = Field(min_length=1, max_length=MOST_DECIDED, title="Kết quả của từng tổ chức")
    over_quota_reason: Passage | None = Field(None, title="Lý do vượt tỷ lệ khống chế")
