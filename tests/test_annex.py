"""The year-end annex as a value: every number in it is a count of its rows, and nothing is counted twice."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocao import messages_annex as messages
from baocao import records
from baocao.annex import Annex, Content, Past, annex, comparison, mean, past, shares
from baocao.annex_rows import Expected, Of, Row, columns, expected, standing
from baocao.quota import Group, groups
from baocao.register import Act, Decision, Entry, Json, Kind, Number, Register, Sheet, State, statuses
from baocao.register.entries import canonical
from baocao.text import alphabetical
from tests.annexes import AS_OF, FORMS, LIBRARY, NO_LONGER, OFFICIAL, PLAIN, annexes, examples, rosters, rows, some
from tests.office import Office, open_office
from tests.strategies import FOLDER
from tests.test_narrative import unexplained_figures

LADDER = OFFICIAL.ladder.keys


# --- shares ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_shares_add_up_to_100_and_none_is_off_by_a_tenth(counts: list[int]) -> None:
    found = shares(counts)
    whole = sum(counts)
    assert sum(found) == (100 if whole else 0)
    for count, share in zip(counts, found, strict=True):
        assert share == round(share, 1)
        assert abs(Fraction(share) - Fraction(100 * count, whole or 1)) < Fraction(1, 10)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6))
def test_whoever_has_more_has_no_smaller_share(counts: list[int]) -> None:
    in_order = sorted(zip(counts, shares(counts), strict=True), key=lambda pair: pair[0])
    for (fewer, smaller), (more, larger) in pairwise(in_order):
        assert smaller <= larger or fewer == more


def test_three_equal_parts_get_their_tenth_in_order() -> None:
    assert shares([1, 1, 1]) == (Decimal("33.4"), Decimal("33.3"), Decimal("33.3"))
    assert set(shares([0, 0])) == {0}


# --- counts ----------------------------------------------------------------------------------------------------


def counted(found: Annex, superior: str | None = None, kind: str | None = None) -> tuple[tuple[int, ...], ...]:
    """Counted once more, row by row: decided, proposed, not rated, without a scoresheet."""

    def wanted(one: Row | Expected) -> bool:
        return superior in {None, one.superior} and kind in {None, one.kind_name}

    keys = found.form.ladder.keys
    states: Counter[str] = Counter()
    for row in filter(wanted, found.rows):
        rating = row.decided or row.proposed
        if row.unrated or rating not in keys:
            states["unrated"] += 1
        else:
            states[f"{'decided' if row.decided else 'proposed'} {rating}"] += 1
    decided = tuple(states[f"decided {key}"] for key in keys)
    proposed = tuple(states[f"proposed {key}"] for key in keys)
    return decided, proposed, (states["unrated"], sum(map(wanted, found.absent)))


@given(annexes())
def test_every_line_of_a_summary_counts_the_rows_that_it_is_about(found: Annex) -> None:
    def of(line: object) -> tuple[tuple[int, ...], ...]:
        assert isinstance(line, type(found.total))
        return line.decided, line.proposed, (line.unrated, line.absent)

    assert of(found.total) == counted(found)
    for line in found.by_kind:
        assert of(line) == counted(found, kind=line.name)
    for superior, (line, kinds) in zip(found.superiors, found.by_superior(), strict=True):
        assert of(line) == counted(found, superior)
        for inner in kinds:
            assert of(inner) == counted(found, superior, inner.name)


@given(annexes())
def test_nothing_is_counted_twice_and_nothing_is_left_out(found: Annex) -> None:
    everybody = len(found.rows) + len(found.absent)
    assert found.total.all == everybody
    assert sum(line.all for line in found.by_kind) == everybody
    assert sum(line.all for line, _ in found.by_superior()) == everybody
    assert all(sum(kind.all for kind in kinds) == line.all for line, kinds in found.by_superior() if kinds)
    organizations = [row.organization for row in found.rows] + [one.organization for one in found.absent]
    assert len(organizations) == len(set(organizations))


@given(rows(), rosters())
def test_the_list_is_in_order_whatever_order_it_came_in(given_rows: list[Row], roster: list[Expected]) -> None:
    found = annex(OFFICIAL, AS_OF, given_rows, roster)
    again = annex(OFFICIAL, AS_OF, given_rows[::-1], roster)
    assert found.rows == again.rows
    names = list(found.superiors.values())
    assert names == sorted(names, key=alphabetical)
    place = list(found.superiors).index
    for listed in (found.rows, found.absent):
        keys = [(place(one.superior), alphabetical(one.name), one.organization) for one in listed]
        assert keys == sorted(keys)


def test_names_of_superiors_and_organisations_stand_in_vietnamese_order() -> None:
    names = ["Chi bộ Hội Đông y", "Chi bộ 10", "Chi bộ Hội Dược", "Chi bộ 2"]
    listed = [replace(PLAIN, organization=f"x{at}", name=name) for at, name in enumerate(names)]
    elsewhere = replace(PLAIN, organization="y", name="Chi bộ 1", superior="db-a", superior_name="Đảng bộ Ấp")
    found = annex(OFFICIAL, AS_OF, [*listed, elsewhere])
    assert [row.name for row in found.rows] == [
        "Chi bộ 1",
        "Chi bộ 2",
        "Chi bộ 10",
        "Chi bộ Hội Dược",
        "Chi bộ Hội Đông y",
    ]


def test_a_superior_that_is_written_in_two_ways_is_one_superior() -> None:
    first, second, third = some(["good", "good", "good"])
    other = replace(third, superior_name="Huyện ủy Lộc An")
    found = annex(OFFICIAL, AS_OF, [first, other, second])
    assert found.superiors == {"dbh-loc-an": "Đảng bộ huyện Lộc An"}
    assert [line.all for line, _ in found.by_superior()] == [3]


def test_two_superiors_whose_names_sort_alike_stay_apart() -> None:
    names = {"a": "Đảng bộ 2", "b": "đảng bộ 02"}
    found = annex(
        OFFICIAL,
        AS_OF,
        [
            replace(row, superior="ab"[at % 2], superior_name=names["ab"[at % 2]])
            for at, row in enumerate(some(["good"] * 5))
        ],
    )
    assert [line.all for line, _ in found.by_superior()] == [3, 2]


def test_a_row_whose_rating_the_form_no_longer_has_is_not_rated() -> None:
    kept, gone = some(["good", NO_LONGER])
    decided = replace(gone, organization="z", decided="good")
    found = annex(OFFICIAL, AS_OF, [kept, gone, decided])
    assert [row.unrated for row in found.rows] == ["", messages.UNKNOWN_RATING, ""]
    assert (found.total.unrated, sum(found.total.decided), sum(found.total.proposed)) == (1, 1, 1)


def test_what_is_listed_is_named_by_what_is_decided() -> None:
    proposed = some(["good", "completed"])
    decided = [replace(row, decided="good") for row in proposed]
    nobody = [replace(row, proposed=None, unrated=messages.UNDETERMINED) for row in proposed]
    assert annex(OFFICIAL, AS_OF, proposed).content is Content.PROPOSALS
    assert annex(OFFICIAL, AS_OF, [proposed[0], decided[1]]).content is Content.BOTH
    assert annex(OFFICIAL, AS_OF, [*decided, replace(nobody[0], organization="z")]).content is Content.RESULTS
    assert annex(OFFICIAL, AS_OF, nobody).content is Content.PROPOSALS


@given(rows())
def test_sums_and_means_are_those_of_what_is_known(given_rows: list[Row]) -> None:
    found = annex(OFFICIAL, AS_OF, given_rows)
    by_column = [*zip(*(row.marks for row in given_rows), strict=True)] or [()] * len(found.columns)
    by_column.append(tuple(row.total for row in given_rows))
    for values, total, average in zip(by_column, found.sums(), found.means(), strict=True):
        known = [Fraction(value) for value in values if value is not None]
        assert total == sum(known)
        assert average == (sum(known) / len(known) if known else None)


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([None, None]) is None
    assert mean([0]) == 0


# --- who is missing --------------------------------------------------------------------------------------------


def test_whoever_is_expected_and_has_no_scoresheet_is_missing_once() -> None:
    (there,) = some(["good"])
    other = replace(expected(there), organization="hoi-luat-gia", name="Chi bộ Hội Luật gia")
    found = annex(OFFICIAL, AS_OF, [there], [expected(there), other, other])
    assert [one.organization for one in found.absent] == ["hoi-luat-gia"]
    assert (found.total.absent, found.total.all) == (1, 2)


@pytest.mark.parametrize(("said", "counted"), [("Chi bộ", "chi bộ"), ("cell", "chi bộ"), ("tổ đảng", "tổ đảng")])
def test_a_kind_is_counted_as_the_form_names_it(said: str, counted: str) -> None:
    missing = Expected("x", "Chi bộ X", said, "dbh-loc-an", "Đảng bộ huyện Lộc An")
    found = annex(OFFICIAL, AS_OF, some(["good"]), [missing])
    assert {line.name: line.absent for line in found.by_kind if line.absent} == {counted: 1}


def test_a_superior_of_whom_everything_is_missing_is_counted() -> None:
    elsewhere = Expected("x", "Chi bộ X", "chi bộ", "dbh-khac", "Đảng bộ huyện An Lộc")
    found = annex(OFFICIAL, AS_OF, some(["good"]), [elsewhere])
    assert [(line.name, line.absent) for line, _ in found.by_superior()] == [
        ("Đảng bộ huyện An Lộc", 1),
        ("Đảng bộ huyện Lộc An", 0),
    ]


# --- the quota -------------------------------------------------------------------------------------------------


def quota_of(given_rows: list[Row]) -> Group:
    (found,) = annex(OFFICIAL, AS_OF, given_rows).quotas
    return found


@pytest.mark.parametrize(("good", "fit"), [(0, 0), (1, 0), (4, 0), (5, 1), (6, 1), (9, 1), (10, 2)])
def test_a_fifth_of_the_good_ones_fits_rounded_down(good: int, fit: int) -> None:
    found = quota_of(some(["excellent", *["good"] * good]))
    assert (found.base(), found.fit(), found.over) == (good, fit, max(0, 1 - fit))


@pytest.mark.parametrize(("good", "without", "with_them"), [(0, 0, 0), (3, 0, 1), (4, 0, 1), (5, 1, 1), (8, 1, 2)])
def test_both_readings_of_the_base_are_told(good: int, without: int, with_them: int) -> None:
    found = quota_of(some(["excellent", "excellent", *["good"] * good]))
    assert (found.base(with_rating=False), found.base(with_rating=True)) == (good, good + 2)
    assert (found.fit(with_rating=False), found.fit(with_rating=True)) == (without, with_them)


def test_without_organisations_there_is_no_quota_to_speak_of() -> None:
    assert annex(OFFICIAL, AS_OF, []).quotas == ()


def test_equal_points_share_a_rank_and_at_the_limit_nobody_says_who_fits() -> None:
    wanted = some(["excellent"] * 4)
    totals = ["99", "97.5", "97.50", "95"]
    wanted = [replace(row, total=Decimal(total)) for row, total in zip(wanted, totals, strict=True)]
    found = quota_of([*wanted, *some([None] * 4 + ["good"] * 10)[4:]])
    assert found.fit() == 2
    assert [(place.rank, place.tied, place.fits) for place in found.ranks()] == [
        (1, False, True),
        (2, True, None),
        (2, True, None),
        (4, False, False),
    ]
    assert found.over == 2


@given(rows(), st.integers(0, 100))
def test_ranks_are_in_order_of_points_and_as_many_fit_as_are_said_to(given_rows: list[Row], percent: int) -> None:
    quota = OFFICIAL.quotas[0].model_copy(update={"percent": percent})
    form = OFFICIAL.model_copy(update={"quotas": (quota,)})
    for group in groups(form, given_rows):
        places = list(group.ranks())
        points = [place.candidate.total or 0 for place in places]
        assert points == sorted(points, reverse=True)
        assert [place.candidate for place in places] == list(group.wanted)
        fits = [place.fits for place in places]
        assert fits == sorted(fits, key=[True, None, False].index)
        assert fits.count(True) <= group.fit() <= len(places) - fits.count(False) or group.fit() > len(places)
        assert group.over == max(0, len(places) - group.fit())
        assert 0 <= group.fit() * 100 <= group.base() * percent


def test_whoever_is_not_rated_is_in_no_quota() -> None:
    first, second = some(["excellent", "excellent"])
    revoked = replace(second, proposed=None, total=None, unrated="đã hủy bỏ kết quả")
    assert len(quota_of([first, revoked]).candidates) == 1


def test_a_highest_rating_that_the_form_no_longer_has_is_not_eligible() -> None:
    first, second = some(["excellent", "good"])
    assert quota_of([first, replace(second, highest=NO_LONGER)]).eligible == 1


def test_quotas_follow_the_order_of_the_list() -> None:
    first, second = some(["excellent", "excellent"])
    last = replace(first, superior="a", superior_name="Đảng bộ huyện Vĩnh An")
    found = annex(OFFICIAL, AS_OF, [last, replace(second, superior="b", superior_name="Đảng bộ huyện An Lộc")])
    assert [group.superior_name for group in found.quotas] == ["Đảng bộ huyện An Lộc", "Đảng bộ huyện Vĩnh An"]


# --- from entries ----------------------------------------------------------------------------------------------


RECORD = records.Record(
    organization="hoi",
    name=PLAIN.name,
    kind=PLAIN.kind,
    kind_name=PLAIN.kind_name,
    superior=PLAIN.superior,
    superior_name=PLAIN.superior_name,
    tier="",
    form=OFFICIAL.key,
    form_name=OFFICIAL.name,
    total=PLAIN.total,
    standard=Decimal(100),
    sections={"I": Decimal(53)},
    others={},
    levels={},
    met=(0, 0),
    computed="good",
    proposed="good",
    highest="good",
    unmet=(),
    unexplained=(),
    ladder=OFFICIAL.ladder.names,
    digest="",
    version="",
)


def entered(kind: Kind, counter: int, day: date, payload: Mapping[str, Json], **more: Any) -> Entry:
    """An entry about the scoresheets of one organisation."""
    decision = Decision(more["decision"], day, "Ban Thường vụ Huyện ủy") if "decision" in more else None
    return Entry(
        position=0,
        kind=kind,
        number=Number(2021, counter),
        sheet=Sheet("hoi", OFFICIAL.id, OFFICIAL.year),
        replaces=more.get("replaces"),
        act=Act(day, datetime(2022, 3, 1, tzinfo=UTC), "Nguyễn Văn Bình", decision=decision),
        payload=canonical(payload),
        contents=(),
        previous="",
    )


LIFE = (
    entered(Kind.ISSUED, 1, date(2021, 12, 10), RECORD.payload()),
    entered(Kind.DECIDED, 1, date(2022, 1, 20), {"rating": "good"}, decision="125-QĐ/HU"),
    entered(Kind.CORRECTED, 1, date(2022, 2, 1), replace(RECORD, name="Chi bộ Đông y").payload()),
    entered(Kind.REVOKED, 1, date(2022, 2, 10), {}, decision="126-QĐ/HU"),
    entered(Kind.REISSUED, 2, date(2022, 3, 1), RECORD.payload(), replaces=Number(2021, 1)),
)


def at(day: date) -> Row:
    (found,) = standing([LIFE], day, columns(OFFICIAL))
    return found


def test_before_the_decision_a_row_is_proposed_and_after_it_is_decided() -> None:
    assert (at(date(2021, 12, 31)).proposed, at(date(2021, 12, 31)).decided) == ("good", None)
    assert at(date(2022, 1, 20)).decided == "good"
    assert at(date(2022, 1, 20)).notes == ("QĐ số 125-QĐ/HU",)
    assert list(standing([LIFE], date(2021, 12, 9))) == []


def test_a_corrected_row_shows_the_correction_and_says_so() -> None:
    assert at(date(2022, 2, 1)).name == "Chi bộ Đông y"
    assert at(date(2022, 2, 1)).notes == ("đính chính 01/02/2022", "QĐ số 125-QĐ/HU")
    assert at(date(2022, 1, 31)).name == PLAIN.name


def test_a_revoked_row_has_neither_points_nor_rating_and_says_why() -> None:
    row = at(date(2022, 2, 15))
    assert (row.total, row.proposed, row.decided, set(row.marks)) == (None, None, None, {None})
    assert row.unrated == "đã hủy bỏ kết quả từ 10/02/2022, chưa xếp loại lại"
    found = annex(OFFICIAL, AS_OF, [row])
    assert found.total.unrated == found.total.all == 1
    assert list(found.unrated) == [row]


def test_a_reissued_row_takes_the_place_of_the_revoked_one() -> None:
    row = at(date(2022, 3, 1))
    assert str(row.number) == "2021-0002"
    assert row.notes == ("xếp loại lại, thay số 2021-0001",)
    assert row.decided is None


# --- of every form ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FORMS)
def test_every_form_has_columns_and_its_examples_fill_them(key: str) -> None:
    form = FORMS[key]
    shown = columns(form)
    found = examples(key)
    assert found
    for row in found:
        assert len(row.marks) == len(shown)
        if form.has_points and not form.partial_total and not row.unrated:
            signed = [
                -(mark or 0) if column.negative else (mark or 0)
                for column, mark in zip(shown, row.marks, strict=True)
                if column.of is Of.SECTIONS
            ]
            assert min(sum(signed), form.total_at_most or sum(signed)) == row.total
    summary = annex(form, AS_OF, found)
    assert summary.total.all == len(found)
    assert summary.content is Content.PROPOSALS
    assert summary.total.unrated == sum(row.proposed is None for row in found)


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("hoi-quan-chung/2021", ["I", "II", "III", "IV", "V"]),
        ("phieu-cap-do/2022", ["Xuất sắc", "Tốt", "Trung bình", "Kém", "Đạt", "Không đạt"]),
    ],
)
def test_columns_are_those_that_the_form_fills(key: str, wanted: list[str]) -> None:
    assert [column.title for column in columns(FORMS[key])] == wanted


def test_a_penalty_is_a_column_of_points_taken_away_and_other_assessors_have_theirs() -> None:
    shown = columns(FORMS["hai-cot-cham/2022"])
    assert [column.negative for column in shown if column.of is Of.SECTIONS].count(True) == 1
    assert [column.key for column in shown if column.of is Of.OTHERS] == ["self"]


# --- the year before -------------------------------------------------------------------------------------------


def before(ratings: list[str], year: int = 2020) -> Past:
    return past(year, OFFICIAL.ladder.names, some(ratings))


def test_nothing_is_compared_where_nothing_is_known_of_the_year_before() -> None:
    now = some(["good"])
    assert list(comparison(annex(OFFICIAL, AS_OF, now), FOLDER.phrases)) == []
    assert list(comparison(annex(OFFICIAL, AS_OF, now, before=before([])), FOLDER.phrases)) == []
    assert list(comparison(annex(OFFICIAL, AS_OF, [], before=before(["good"])), FOLDER.phrases)) == []


def test_the_comparison_says_what_a_reader_would_work_out() -> None:
    found = annex(OFFICIAL, AS_OF, some(["excellent", "good", "good"]), before=before(["good", "completed"]))
    assert [sentence.text for sentence in comparison(found, FOLDER.phrases)] == [
        "Năm 2021 có 03 tổ chức đảng được đề nghị xếp loại, tăng 01 tổ chức so với năm 2020.",
        "Tỷ lệ các mức: “Hoàn thành xuất sắc nhiệm vụ” 33,3% (năm 2020: 0,0%); “Hoàn thành tốt nhiệm vụ” 66,7% "
        "(năm 2020: 50,0%); “Hoàn thành nhiệm vụ” 0,0% (năm 2020: 50,0%).",
        "Điểm bình quân 98 điểm, giảm 0,5 điểm so với năm 2020.",
    ]


def test_shares_are_not_compared_over_a_change_of_the_ladder() -> None:
    other = past(2020, {**OFFICIAL.ladder.names, "good": "Tốt"}, some(["good"]))
    found = annex(OFFICIAL, AS_OF, some(["good"]), before=other)
    assert [sentence.phrase for sentence in comparison(found, FOLDER.phrases)] == ["annex.rated", "annex.mean"]


@given(st.data())
def test_every_figure_of_a_comparison_is_one_of_its_facts(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(list(FORMS)))
    form, phrases = FORMS[key], LIBRARY.get(key).phrases
    earlier = past(form.year - 1, form.ladder.names, data.draw(rows(form)))
    sentences = list(comparison(annex(form, AS_OF, data.draw(rows(form)), before=earlier), phrases))
    for sentence in sentences:
        assert unexplained_figures(sentence) == [], sentence


# --- against the register --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that issued, decided, corrected, revoked and rated again."""
    found = open_office(tmp_path_factory.mktemp("office") / "a", "hoi-quan-chung/2021")
    found.issue()
    assert found.run("decide", str(found.decided_as_proposed()), *found.options()) == 0
    first, second, *_ = found.known()
    again = str(found.input_of(second))
    options = found.options(templates=True)
    assert found.run("correct", str(second), again, "--reason", "ghi nhầm", "--on", "2022-02-01", *options) == 0
    paper = str(found.paper("126-QĐ/HU"))
    revoke = ["revoke", str(first), "--ground", "fault", "--reason", "kết luận", "--paper", paper]
    assert found.run(*revoke, "--on", "2022-02-10", *found.options()) == 0
    again = str(found.input_of(first))
    assert found.run("reissue", str(first), again, "--reason", "kết luận", "--on", "2022-03-01", *options) == 0
    return found


def histories(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries about each organisation, as `View.histories` gives them."""
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.sheet.organization].append(entry)
    return list(found.values())


def entries_of(office: Office) -> tuple[Entry, ...]:
    with Register.open(office.register) as register:
        return register.entries()


@pytest.mark.parametrize("day", ["2021-12-31", "2022-01-31", "2022-02-15", "2022-03-31"])
def test_the_rows_say_what_the_register_says(office: Office, day: str, capsys: pytest.CaptureFixture[str]) -> None:
    when = date.fromisoformat(day)
    entries = entries_of(office)
    shown = columns(OFFICIAL)
    found = {str(row.number): row for row in standing(histories(entries), when, shown)}
    counts = {
        str(number): status for number, status in statuses(entries, when).items() if status.state is not State.REPLACED
    }
    assert found.keys() == counts.keys()
    capsys.readouterr()
    assert office.run("list", "2021", "--as-of", day, "--json", "--register", office.register) == 0
    listed = {line["number"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    for number, row in found.items():
        status, line = counts[number], listed[number]
        assert bool(row.unrated) == (status.state is State.REVOKED) == (line["state"] == "revoked")
        record = records.record_in(records.latest(status))
        assert (row.organization, row.name) == (record.organization, record.name)
        if not row.unrated:
            assert (row.decided, row.proposed) == (records.decided_in(status), record.proposed)
            assert (row.decided, row.proposed) == (line["decided"], line["proposed"])
            assert row.total == Decimal(line["total"])
            assert row.marks == tuple(record.sections.get(column.key) for column in shown)
    summary = annex(OFFICIAL, when, found.values())
    assert summary.total.unrated == sum(line["state"] == "revoked" for line in listed.values())
    assert summary.total.all == len(counts)


def test_an_earlier_date_is_told_as_it_was_whatever_came_later(office: Office) -> None:
    shown = columns(OFFICIAL)
    entries = entries_of(office)
    then = date(2022, 1, 31)
    known_then = [entry for entry in entries if entry.act.effective <= then]
    assert len(known_then) < len(entries)
    now = annex(OFFICIAL, then, standing(histories(entries), then, shown))
    as_it_was = annex(OFFICIAL, then, standing(histories(known_then), then, shown))
    assert now == as_it_was
