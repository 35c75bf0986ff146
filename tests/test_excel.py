"""The annex in Excel: the numbers of the annex, formulas that come to the same, text that stays text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from lxml import etree

from baocao import messages_annex
from baocao import messages_excel as words
from baocao.annex import Annex, Content, annex, shares
from baocao.annex_rows import Of, expected
from baocao.excel import Heading, superiors, workbook
from baocao.excel.book import numbers
from baocao.excel.lists import points_look
from baocao.forms.ladder import Ladder
from baocao.register import Head
from baocao.rendering.package import labels
from tests.annexes import AS_OF, FORMS, HOSTILE, OFFICIAL, PLAIN, annexes, examples, some
from tests.xlsx import Page, by_libreoffice, read, unzip, with_wrong_results

HEADING = Heading(
    number="PHỤ LỤC SỐ 01",
    title="KẾT QUẢ ĐÁNH GIÁ, XẾP LOẠI CHẤT LƯỢNG TỔ CHỨC ĐẢNG NĂM 2021",
    lines=("(Kèm theo Báo cáo số 125-BC/HU ngày 20 tháng 12 năm 2021)",),
    register=Head(512, "a3" * 32),
)
FEW = settings(max_examples=12)
"""Each example writes a workbook and reads it."""
FIRST = 4
"""The first row of every list: a title, the date, the titles of the columns."""


def written(found: Annex, heading: Heading = HEADING, comparison: tuple[str, ...] = ()) -> bytes:
    target = BytesIO()
    workbook(found, comparison, heading, target)
    return target.getvalue()


def listed(pages: dict[str, Page], found: Annex) -> list[dict[str, Any]]:
    return pages[words.LIST].table(FIRST - 1, len(found.rows))


def busy(key: str, superiors_: int = 3) -> Annex:
    """The examples of a form under several superiors with hostile names: some decided, some proposed, one missing."""
    form, found = FORMS[key], []
    for place, row in enumerate(examples(key)):
        decided = form.ladder.keys[place % 2] if place % 3 and not row.unrated else None
        superior = place % superiors_
        under = replace(row, superior=f"s-{superior}", superior_name=HOSTILE[superior], decided=decided)
        found.append(replace(under, name=HOSTILE[place % len(HOSTILE)]))
    missing = [replace(expected(found[0]), organization=f"m-{at}", name=name) for at, name in enumerate(HOSTILE)]
    return annex(form, AS_OF, found, missing)


# --- the list --------------------------------------------------------------------------------------------------


@FEW
@given(annexes())
def test_the_list_holds_the_rows_of_the_annex(found: Annex) -> None:
    names = found.form.ladder.names
    for row, line in zip(found.rows, listed(read(written(found)), found), strict=True):
        assert line[words.ORGANIZATION] == row.name
        assert (line[words.KIND], line[words.SUPERIOR]) == (row.kind_name, row.superior_name)
        assert line[words.NUMBER] == (str(row.number) if row.number else None)
        assert line[words.PROPOSED] == (None if row.unrated else names.get(row.proposed or ""))
        assert line[words.DECIDED] == (None if row.unrated else names.get(row.decided or ""))
        for column, mark in zip(found.columns, row.marks, strict=True):
            assert line[column.title] == (mark if mark is None or not column.negative else -mark)
        if found.form.has_points:
            assert line[words.TOTAL] == row.total
        note = str(line[words.NOTE] or "")
        assert all(said in note for said in (row.unrated, *row.notes))


@FEW
@given(annexes())
def test_sums_and_means_below_the_list_are_those_of_the_annex(found: Annex) -> None:
    page = read(written(found))[words.LIST]
    signs = [-1 if column.negative else 1 for column in found.columns] + [1] * found.form.has_points
    sums, means = page.row_of(words.SUM_OF_ALL, "B"), page.row_of(words.MEAN_OF_ALL, "B")
    for place, sign in enumerate(signs):
        column = chr(ord("F") + place)
        assert page.value(f"{column}{sums}") == sign * found.sums()[place]
        mean = found.means()[place]
        shown = page.cells[f"{column}{means}"].value
        if mean is None:
            assert shown == ""
        else:
            assert abs(Fraction(Decimal(shown)) - sign * mean) < Fraction(1, 10**9)


@pytest.mark.parametrize("value", ["92.5", "89.25", "0.05", "1000", "99.99", "33.33", "169.41", "0"])
def test_points_come_back_digit_by_digit(value: str) -> None:
    page = read(written(annex(OFFICIAL, AS_OF, [replace(PLAIN, total=Decimal(value))])))[words.LIST]
    assert page.table(FIRST - 1, 1)[0][words.TOTAL] == Decimal(value)


@pytest.mark.parametrize(
    ("key", "decimals"),
    [("hoi-quan-chung/2021", 2), ("hai-cot-cham/2022", 1), ("dang-uy-co-so/2022", 2), ("phieu-cap-do/2022", 0)],
)
def test_points_are_shown_with_the_decimals_that_the_form_can_give(key: str, decimals: int) -> None:
    assert points_look(FORMS[key]).shown == numbers(decimals)


def test_a_penalty_is_written_with_the_sign_that_it_has_in_the_total() -> None:
    found = annex(FORMS["hai-cot-cham/2022"], AS_OF, examples("hai-cot-cham/2022"))
    lines = listed(read(written(found)), found)
    for row, line in zip(found.rows, lines, strict=True):
        points = [line[column.title] or 0 for column in found.columns if column.of is Of.SECTIONS]
        if row.total is not None and sum(points) < (found.form.total_at_most or 0):
            assert sum(points) == row.total
    assert any(line[column.title] < 0 for line in lines for column in found.columns if column.negative)


# --- text that stays text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [*HOSTILE, "mailto:a@b.vn", "https://a.b/c", " hai  ", "a\a\x0bb", "x" * 500, "\ufffe"]
)
def test_a_name_is_text_whatever_it_looks_like(name: str) -> None:
    row = replace(PLAIN, name=name, superior_name=name, kind_name=name, notes=(name,))
    content = written(annex(OFFICIAL, AS_OF, [row]), replace(HEADING, title=name, draft=name), (name,))
    pages = read(content)
    cell = pages[words.LIST].cells[f"B{FIRST}"]
    assert (cell.value, cell.formula) == (name, "")
    assert name in {cell.value for cell in pages[words.SUPERIORS].cells.values()}
    assert not any(b"hyperlink" in part for part in unzip(content).values())


def test_a_character_that_no_reader_can_see_spoils_no_sheet() -> None:
    row = replace(PLAIN, name="a\a\x0b_x0007_b")
    assert read(written(annex(OFFICIAL, AS_OF, [row])))[words.LIST].value(f"B{FIRST}") == row.name


@FEW
@given(annexes())
def test_formulas_hold_nothing_of_the_data_but_the_names_of_ratings(found: Annex) -> None:
    ratings = "|".join(re.escape(name) for name in found.form.ladder.names.values())
    states = "|".join(map(re.escape, (words.NOT_RATED, words.ABSENT)))
    texts = re.compile(rf'"(=({ratings}|{states})?|<>|>0)?"')
    for page in read(written(found)).values():
        for cell in page.cells.values():
            assert '"' not in texts.sub("", cell.formula)


# --- counts ----------------------------------------------------------------------------------------------------


@FEW
@given(annexes())
def test_the_summary_says_what_the_annex_counts(found: Annex) -> None:
    page = read(written(found))[words.SUMMARY]
    row = page.row_of(messages_annex.ALL)
    total = found.total
    wanted = [total.all, sum(total.decided), sum(total.proposed), total.unrated, total.absent]
    assert [page.value(f"{column}{row}") for column in "BCDEF"] == wanted
    for title, counts in ((words.RESULTS, total.decided), (words.PROPOSALS, total.proposed)):
        if not sum(counts):
            continue
        first = page.row_of(title) + 2
        assert page.column("B", first, first + len(counts) - 1) == list(counts)
        assert page.column("C", first, first + len(counts) - 1) == list(shares(counts))
        assert page.value(f"C{first + len(counts)}") == 100


@FEW
@given(annexes())
def test_each_row_of_the_sheets_by_superior_adds_up(found: Annex) -> None:
    pages = read(written(found))
    sheets = [name for name in pages if name in {words.SUPERIORS, words.SUPERIORS_DECIDED, words.SUPERIORS_PROPOSED}]
    assert len(sheets) == (2 if found.content is Content.BOTH else 1)
    for name in sheets:
        count = sum(1 + len(kinds) for _, kinds in found.by_superior())
        *lines, total = pages[name].table(FIRST - 1, count + 1)
        for line in (*lines, total):
            others = [value for title, value in line.items() if title not in _NOT_COUNTED]
            assert line[words.ALL] == sum(value for value in others if isinstance(value, Decimal))
        superior_rows = [line for line in lines if line[words.NO]]
        assert [line[words.ALL] for line in superior_rows] == [line.all for line, _ in found.by_superior()]
        assert total[words.ALL] == found.total.all


_NOT_COUNTED = {words.NO, words.SUPERIOR, words.ALL, words.SHARE}


@FEW
@given(annexes())
def test_those_without_a_rating_are_listed_with_their_reasons(found: Annex) -> None:
    unrated = list(found.unrated)
    lines = read(written(found))[words.UNRATED].table(FIRST - 1, len(unrated) + len(found.absent))
    names = [row.name for row in unrated] + [one.name for one in found.absent]
    assert [line[words.ORGANIZATION] for line in lines] == names
    reasons = [row.unrated for row in unrated]
    reasons += [one.reason or messages_annex.NO_SCORESHEET for one in found.absent]
    assert [line[words.REASON] for line in lines] == reasons
    states = [words.NOT_RATED] * len(unrated) + [words.ABSENT] * len(found.absent)
    assert [line[words.STATE] for line in lines] == states


@FEW
@given(annexes())
def test_quotas_and_ranks_are_those_of_the_annex(found: Annex) -> None:
    pages = read(written(found))
    groups = found.quotas
    lines = pages[words.QUOTAS].table(FIRST - 1, len(groups))
    for group, line in zip(groups, lines, strict=True):
        wanted = {
            words.BASE: group.base(),
            words.FIT: group.fit(),
            words.FIT_WITHOUT: group.fit(with_rating=False),
            words.FIT_WITH: group.fit(with_rating=True),
            words.ELIGIBLE: group.eligible,
            words.WANTED: len(group.wanted),
            words.OVER: group.over,
        }
        assert {title: line[title] for title in wanted} == wanted
    places = [place for group in groups for place in group.ranks()]
    ranks = pages[words.RANKING].table(FIRST - 1, len(places))
    assert [line[words.RANK] for line in ranks] == [place.rank for place in places]
    assert [line[words.ORGANIZATION] for line in ranks] == [place.candidate.name for place in places]
    assert [line[words.FITS] for line in ranks] == [words.OF_THE_QUOTA[place.fits] for place in places]


def test_a_long_list_has_numbers_by_superior_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = busy("hoi-quan-chung/2021")
    counted = read(written(found))[words.SUPERIORS_DECIDED]
    monkeypatch.setattr(superiors, "_MOST_WORK", 0)
    told = read(written(found))[words.SUPERIORS_DECIDED]
    assert any("COUNTIFS" in cell.formula for cell in counted.cells.values())
    assert not any("COUNTIFS" in cell.formula for cell in told.cells.values())
    assert {ref: cell.value for ref, cell in told.cells.items() if ref in counted.cells} == {
        ref: cell.value for ref, cell in counted.cells.items()
    }
    assert words.NOTE_ON_VALUES in {cell.value for cell in told.cells.values()}


def test_a_rating_whose_name_no_formula_can_hold_is_counted_by_us() -> None:
    first, *others = OFFICIAL.ratings
    ratings = (first.model_copy(update={"name": "Tốt " * 100}), *others)
    form = OFFICIAL.model_copy(update={"ratings": ratings, "ladder": Ladder.of(ratings)})
    page = read(written(annex(form, AS_OF, some(["excellent", "good"]))))[words.SUMMARY]
    assert not any("COUNTIFS" in cell.formula for cell in page.cells.values())
    assert page.value(f"B{page.row_of(messages_annex.ALL)}") == 2


# --- charts ----------------------------------------------------------------------------------------------------


def series_of(content: bytes) -> list[tuple[str, str, list[str], list[Decimal]]]:
    """Name, range, categories and numbers of each series, chart by chart."""
    space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    found = []
    for name, part in sorted(unzip(content).items()):
        if name.startswith("xl/charts/chart"):
            for one in etree.fromstring(part).iterfind(".//c:ser", space):
                points = [point.text or "" for point in one.iterfind("c:cat//c:pt/c:v", space)]
                values = [Decimal(point.text or "") for point in one.iterfind("c:val//c:pt/c:v", space)]
                name_, range_ = one.findtext("c:tx//c:v", "", space), one.findtext("c:val//c:f", "", space)
                found.append((name_, range_, points, values))
    return found


@pytest.mark.parametrize("key", FORMS)
def test_charts_show_the_cells_that_they_are_drawn_from(key: str) -> None:
    content = written(busy(key))
    pages = read(content)
    drawn = series_of(content)
    assert len(drawn) > len(FORMS[key].ladder.keys)
    for _name, range_, categories, values in drawn:
        parts = re.fullmatch(r"'(.+)'!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", range_)
        assert parts
        sheet, column, first, last = parts.groups()
        assert pages[sheet].column(column, int(first), int(last)) == values
        assert pages[sheet].column("A", int(first), int(last)) == categories


def test_the_chart_by_superior_names_the_largest_and_adds_up_the_others() -> None:
    rows = [
        replace(row, superior=f"s-{place % 30}", superior_name=f"Đảng bộ {place % 30}", decided="good")
        for place, row in enumerate(some(["good"] * 95))
    ]
    found = annex(OFFICIAL, AS_OF, rows)
    content = written(found)
    page = read(content)[words.CHART]
    assert "15 cấp trên có nhiều tổ chức nhất" in str(page.value("A1"))
    assert len(series_of(content)[-1][3]) == superiors._LARGEST
    last = page.row_of(messages_annex.OTHER_SUPERIORS)
    assert last == 2 + superiors._LARGEST + 1
    good = list(OFFICIAL.ladder.keys).index("good")
    numbers_ = page.column("BCDE"[good], 3, last)
    assert sum(int(number or 0) for number in numbers_) == 95
    assert numbers_[:5] == [4, 4, 4, 4, 4]


def test_under_one_superior_there_is_no_chart_by_superior() -> None:
    assert words.CHART not in read(written(annex(OFFICIAL, AS_OF, some(["good"]))))


# --- the workbook ----------------------------------------------------------------------------------------------


def test_an_annex_without_anybody_is_a_sound_workbook() -> None:
    pages = read(written(annex(OFFICIAL, AS_OF, [])))
    assert pages[words.LIST].value(f"B{pages[words.LIST].row_of(words.SUM_OF_ALL, 'B')}") == words.SUM_OF_ALL
    assert pages[words.SUMMARY].value(f"B{pages[words.SUMMARY].row_of(messages_annex.ALL)}") == 0


def test_the_head_names_annex_report_date_and_how_far_the_register_went() -> None:
    page = read(written(busy("hoi-quan-chung/2021"), comparison=("Năm 2021 có 03 tổ chức đảng.",)))[words.SUMMARY]
    assert page.column("A", 1, 5) == [
        HEADING.number,
        HEADING.title,
        *HEADING.lines,
        "Số liệu tính đến ngày 31 tháng 3 năm 2022",
        f"Theo sổ theo dõi có 512 mục; mã của mục cuối: {'a3' * 32}",
    ]
    assert page.row_of("Năm 2021 có 03 tổ chức đảng.") == page.row_of(words.COMPARISON) + 1


def test_the_properties_tell_the_file() -> None:
    issued, draft = (
        labels(unzip(written(annex(OFFICIAL, AS_OF, []), heading)))
        for heading in (HEADING, replace(HEADING, draft="DỰ THẢO", register=None))
    )
    assert (
        issued.items()
        >= {
            "baocao.form": "hoi-quan-chung/2021",
            "baocao.as_of": "2022-03-31",
            "baocao.state": "issued",
            "baocao.register.entries": "512",
            "baocao.register.hash": "a3" * 32,
        }.items()
    )
    assert draft["baocao.state"] == "draft"
    assert "baocao.register.hash" not in draft


def test_a_draft_is_marked_on_every_sheet() -> None:
    content = written(busy("hoi-quan-chung/2021"), replace(HEADING, draft="DỰ THẢO & mật"))
    for name, page in read(content).items():
        assert "DỰ THẢO && mật" in (page.root.findtext(".//{*}oddFooter") or ""), name
        if name != words.CHART:
            assert any("DỰ THẢO" in str(cell.value) for cell in page.cells.values()), name


def test_lists_stay_under_their_header_on_screen_and_on_paper() -> None:
    found = busy("hoi-quan-chung/2021")
    content = written(found)
    pages = read(content)
    for name in (words.LIST, words.SUPERIORS_DECIDED, words.UNRATED, words.QUOTAS, words.RANKING):
        root = pages[name].root
        pane, setup = root.find(".//{*}pane"), root.find("{*}pageSetup")
        assert pane is not None
        assert setup is not None
        assert (pane.get("ySplit"), pane.get("state")) == (str(FIRST - 1), "frozen")
        assert (setup.get("orientation"), setup.get("paperSize"), setup.get("fitToHeight")) == ("landscape", "9", "0")
        assert "&P/&N" in (root.findtext(".//{*}oddFooter") or "")
    names = unzip(content)["xl/workbook.xml"].decode()
    assert f"'{words.LIST}'!$3:$3" in names
    filtered = pages[words.LIST].root.find("{*}autoFilter")
    assert filtered is not None
    assert filtered.get("ref", "").endswith(f"{FIRST + len(found.rows) - 1}")


def test_numbers_are_written_the_vietnamese_way() -> None:
    styles = unzip(written(busy("hoi-quan-chung/2021")))["xl/styles.xml"].decode()
    assert set(re.findall(r'formatCode="([^"]*)"', styles)) == {"@", numbers(0), numbers(1), numbers(2)}


@pytest.mark.parametrize("key", FORMS)
def test_the_same_annex_gives_the_same_bytes_and_no_clock(key: str) -> None:
    content = written(busy(key))
    assert content == written(busy(key))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
        assert b"2022-03-31T00:00:00Z" in archive.read("docProps/core.xml")


def test_equal_points_are_written_alike_whatever_was_read_before() -> None:
    rows = some(["good"])
    found = [annex(OFFICIAL, AS_OF, [replace(rows[0], total=Decimal(text))]) for text in ("90", "90.00")]
    assert written(found[0]) == written(found[1])


# --- LibreOffice -----------------------------------------------------------------------------------------------


def check_against_libreoffice(found: dict[str, Annex]) -> None:
    """Every cell has, once LibreOffice has calculated it, the value that was written for it."""
    ours = {name: written(one) for name, one in found.items()}
    counted = 0
    for name, content in by_libreoffice({name: with_wrong_results(content) for name, content in ours.items()}):
        theirs = read(content)
        for title, page in read(ours[name]).items():
            for reference, cell in page.cells.items():
                value = theirs[title].value(reference)
                if isinstance(cell.value, Decimal):
                    assert isinstance(value, Decimal), (name, title, reference, cell)
                    assert abs(value - cell.value) < Decimal("1e-9"), (name, title, reference, cell)
                else:
                    assert (value or "") == cell.value, (name, title, reference, cell)
                counted += bool(cell.formula)
    assert counted > 100


@pytest.mark.system
@pytest.mark.slow
def test_libreoffice_calculates_what_is_written_and_leaves_text_alone() -> None:
    nobody = {"nobody": annex(OFFICIAL, AS_OF, [])}
    check_against_libreoffice({key.replace("/", "-"): busy(key) for key in FORMS} | nobody)


@pytest.mark.system
@pytest.mark.soak
def test_libreoffice_calculates_the_same_of_many_annexes() -> None:
    found: list[Annex] = []

    @settings(max_examples=60, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(annexes())
    def gather(one: Annex) -> None:
        found.append(one)

    gather()  # all in one go: LibreOffice takes longer to start than to calculate
    check_against_libreoffice({f"a{place}": one for place, one in enumerate(found)})
