"""What changed between two forms, in words: for those who must know before they sign on a new year's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from baocao import pipeline, sample
from baocao.forms import PAPERS, FormFolder
from baocao.forms.criteria import Criterion, FigureBand, FigureBands, RatingBand, RatingBands, RatingTest
from baocao.forms.model import Form
from baocao.submission import Submission
from baocao.text import points

WORDS = {
    "scaled": "quy về tổng điểm chuẩn",
    "lower": "giữ nguyên, tổng thấp hơn",
    "all": "đủ mọi điều kiện",
    "any": "có một trong các trường hợp",
    "points": "cho điểm",
    "level": "chọn cấp độ",
    "yes_no": "đạt hay không đạt",
    "regular": "tính điểm",
    "bonus": "điểm thưởng",
    "penalty": "điểm phạt",
    "form": "in trên mẫu",
    "derived": "suy ra",
    "allocated": "tạm phân bổ",
}
"""What the closed words of a form mean."""

_TESTS = {
    "all_at_least": "tất cả từ “{}” trở lên",
    "any_at_least": "có ít nhất một từ “{}” trở lên",
    "all_rated": "tất cả đúng mức “{}”",
}

Described = dict[str, dict[str, str]]
"""Thing → what is said of it, in words: `tiêu chí I.1.1` → {`điểm chuẩn`: `5`, …}."""


def differences(old: FormFolder, new: FormFolder) -> Iterator[str]:
    """Yield one line for each thing that was added, dropped or changed, in the order of the form."""
    before, after = _described(old), _described(new)
    for thing in (*before, *(thing for thing in after if thing not in before)):
        if thing not in after:
            yield f"Bỏ {thing}: {next(iter(before[thing].values()))}"
        elif thing not in before:
            yield f"Thêm {thing}: {next(iter(after[thing].values()))}"
        else:
            yield from _changed(thing, before[thing], after[thing])
    if old.template_digest != new.template_digest:
        yield "Tệp Word của bảng chấm điểm khác nhau."
    before_papers, after_papers = old.papers, new.papers
    for name in PAPERS:
        if before_papers.get(name) != after_papers.get(name):
            yield f"Tệp Word {name}.docx khác nhau."


def _changed(thing: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, "không có"), after.get(name, "không có")
        if was != now:
            yield f"Sửa {thing}, {name}: {was} → {now}"


def _described(folder: FormFolder) -> Described:
    form = folder.form
    return {
        "mẫu": {
            "tên": form.name,
            "bước điểm": _points(form.step),
            "tổng điểm": _points(form.total),
            "tổng điểm chấm không quá": _points(form.total_at_most),
            "khi có mục không áp dụng": WORDS.get(form.partial_total or "", "không"),
            "nơi ban hành": form.jurisdiction.name,
            "địa bàn": ", ".join(form.jurisdiction.places) or "cả nước",
            "mục có cấp độ": ", ".join(form.level_items),
            "tiêu chí cốt lõi": ", ".join(form.core_items),
            "mức phải nêu lý do điểm trừ": ", ".join(form.rule(key).name for key in form.reasons_required_for),
            "thứ tự xét": ", ".join(form.rule(key).name for key in form.decision.order),
            "mức cao nhất khi chưa đủ căn cứ": form.rule(form.decision.undetermined_at_most).name,
        },
        **{f"câu “{name}”": {"nội dung": text} for name, text in _sentences(form)},
        **{
            f"loại tổ chức {kind.name}": {"khóa": kind.key, "xếp loại": folder.phrases.names[kind.population]}
            for kind in form.kinds
        },
        **{f"cấp độ {rule.name}": {"từ": _percent(rule.at_least)} for rule in form.levels},
        **{f"{_level(row)} {row.no}": _criterion(form, row) for row in form.criteria},
        **{
            f"mức {rule.name}": {"tiêu đề": rule.heading, "áp dụng khi": WORDS[rule.given_when]}
            for rule in form.ratings
        },
        **_clauses(folder),
        **{
            f"tỷ lệ khống chế {form.ladder.names[quota.rating]}": {
                "điều kiện": quota.clause,
                "tỷ lệ": f"{quota.percent}%",
                "mẫu số": ", ".join(form.ladder.names[key] for key in quota.base),
            }
            for quota in form.quotas
        },
        **{f"cột {entry.key}": {"người chấm": entry.name, "được tính": _yes(entry.counts)} for entry in form.assessors},
        **{f"số liệu {entry.key}": {"tên": entry.name, "trên tổng": entry.out_of or ""} for entry in form.figures},
        **{
            f"thang xếp loại của {', '.join(entry.of)}": {"các mức": ", ".join(rung.name for rung in entry.rungs)}
            for entry in form.ladders
        },
        **{f"lưu ý {flag.key}": {"nội dung": flag.text, "điều kiện": flag.clause} for flag in form.flags},
        **{f"cách hiểu {entry.key}": {"nội dung": entry.text, "lý do": entry.reason} for entry in form.interpretations},
        **{f"câu chữ {key}": {"nội dung": source} for key, source in folder.phrases.sources.items()},
        **{f"tên gọi {key}": {"nội dung": name} for key, name in folder.phrases.names.items()},
    }


def _sentences(form: Form) -> Iterator[tuple[str, str]]:
    for table in (form.texts, form.additions):
        for name, value in table:
            match value:
                case str():
                    yield name, value
                case tuple():
                    yield name, " ".join(value)
                case dict():
                    yield from ((f"{name}.{part}", text) for part, text in value.items())


def _level(row: Criterion) -> str:
    return "tiêu chí" if row.parent else "mục"


def _criterion(form: Form, row: Criterion) -> dict[str, str]:
    told = {
        "nội dung": " ".join((row.text, *row.paragraphs)),
        "cách chấm": WORDS[row.assessed_by],
        "vai trò": WORDS[row.role],
        "áp dụng cho": ", ".join(form.kind(kind).name for kind in row.applies_to or ()) or "mọi loại",
        "điểm chuẩn": _points(row.standard),
        "căn cứ điểm": WORDS.get(row.basis or "", "không"),
    }
    if row.banded:
        for band in row.banded.bands:
            level = f", cấp độ {form.level_ladder.names[band.level]}" if band.level else ""
            told[f"mức {points(band.points)} điểm"] = f"{band.text.rstrip(' .;')} ({_when(form, row, band)}{level})"
    return told


def _points(number: Decimal | None) -> str:
    return "không" if number is None else points(number)


def _percent(number: int | None) -> str:
    return "không" if number is None else f"{number}%"


def _yes(value: bool) -> str:
    return "có" if value else "không"


def _when(form: Form, row: Criterion, band: RatingBand | FigureBand) -> str:
    if isinstance(band, FigureBand):
        is_share = isinstance(row.banded, FigureBands) and form.is_share(row.banded.of)
        return f"từ {band.at_least}{'%' if is_share else ''}"
    assert isinstance(row.banded, RatingBands)
    names = form.ladder_of(row.banded.of).names
    return " và ".join(_test(names, test) for test in band.when)


def _test(names: Mapping[str, str], test: RatingTest) -> str:
    """Write one test of a band in words."""
    for key, words in _TESTS.items():
        if getattr(test, key):
            return words.format(names[getattr(test, key)])
    if test.rated:
        how = f"từ {test.at_least}" if test.at_least is not None else f"đúng {test.exactly}"
        return f"có {how} đúng mức “{names[test.rated]}”"
    return "không có cơ quan, đoàn thể nào"


def _clauses(folder: FormFolder) -> Described:
    """Describe each clause by its sentence and by what its conditions ask of each kind of organisation."""
    asked: dict[str, dict[str, str]] = {}
    for kind in folder.form.kinds:
        judged, _ = pipeline.judge(folder, Submission.model_validate(sample.full(folder.form, kind.key)))
        for finding in judged.rating.findings:
            required = asked.setdefault(finding.clause.no, {})
            before = f"{required[kind.name]}; " if kind.name in required else ""
            required[kind.name] = before + finding.required.text
    return {
        f"điều kiện {no}": {"câu": clause.text, **_by_kind(asked.get(no, {}))}
        for no, clause in folder.form.clauses.items()
    }


def _by_kind(asked: Mapping[str, str]) -> dict[str, str]:
    """Say once what is asked of several kinds alike."""
    kinds: dict[str, list[str]] = {}
    for kind, text in asked.items():
        kinds.setdefault(text, []).append(kind)
    return {f"yêu cầu đối với {', '.join(names)}": text for text, names in kinds.items()}
