"""The authority's decision: what may be decided, and what was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from baocao import messages_register as messages
from baocao.errors import DataError, Problem
from baocao.forms.model import Form
from baocao.issuing import Desk
from baocao.papers import DecidedRating, DecisionFile
from baocao.quota import Candidate, Group, candidate, groups
from baocao.records import Record, decided_in, latest, record_in, stored_folder
from baocao.register import Entry, Kind, Number, Register, State, Status, Step, statuses
from baocao.rendering.decisions import DecidedRow, Recognition, recognition_document
from baocao.text import points


def candidates(known: Iterable[Status], form: str) -> list[Candidate]:
    """Return the standing scoresheets of a form."""
    found = [(status, record_in(latest(status))) for status in known if status.state is State.IN_FORCE]
    return [candidate(status.number, record, decided_in(status)) for status, record in found if record.form == form]


def quota_groups(known: Iterable[Status], forms: Mapping[str, Form]) -> list[Group]:
    """Return the groups of every quota of every form that stands in the register, by form and superior."""
    standing = list(known)
    return [group for key in sorted(forms) for group in groups(forms[key], candidates(standing, key))]


def forms_of(register: Register, known: Iterable[Status]) -> dict[str, Form]:
    """Return the forms of scoresheets by identifier and year, each as it was at the last of them.

    Raises:
        DataError: a stored form is gone, or this version of the program cannot read it any more.
    """
    last = {record_in(latest(status)).form: latest(status) for status in known}
    forms: dict[str, Form] = {}
    for key, entry in last.items():
        with stored_folder(register, entry) as folder:
            forms[key] = folder.form
    return forms


# --- the decision ----------------------------------------------------------------------------------------------


def decide(desk: Desk, file: DecisionFile) -> list[Entry]:
    """Enter what the authority decided for each organisation, all or nothing.

    Raises:
        DataError: with everything that stands against it: conditions, quota, reasons, numbers that do not stand.
        MissingError: the register cannot be written.
    """
    wanted = _numbers(file)
    known = {
        number: status
        for year in sorted({number.year for number in wanted.values()})
        for number, status in statuses(desk.register.entries(year)).items()
    }
    forms = forms_of(desk.register, (known[number] for number in wanted.values() if number in known))
    problems = objections(file, known, forms)
    if problems:
        raise DataError(problems)
    steps = [_step(desk, number, entry, known) for entry, number in wanted.items()]
    contents = {"decision": _document(desk, file, wanted, known)}
    outputs = {"decision": desk.folder / f"quyet-dinh_{_slug(file.decision.number)}.docx"}
    with desk.register.transaction() as transaction:
        refused = [problem for step in steps for problem in transaction.objections(step)]
        if refused:
            raise DataError(refused)
        first, *rest = steps  # one paper for all: it is delivered with the first of them
        return [transaction.append(first, contents, outputs), *(transaction.append(step, contents) for step in rest)]


def _document(
    desk: Desk, file: DecisionFile, wanted: Mapping[DecidedRating, Number], known: Mapping[Number, Status]
) -> bytes:
    """Return the paper of a decision, by the template of the first organisation's form."""
    found = [(number, record_in(latest(known[number])), entry) for entry, number in wanted.items()]
    with stored_folder(desk.register, latest(known[found[0][0]])) as folder:
        form, template = folder.form, folder.paper("decision")
    rows = tuple(_row(number, record, entry) for number, record, entry in found)
    names = dict.fromkeys(name for _, record, _ in found for name in record.ladder.values())
    recognition = Recognition(
        forms=tuple(dict.fromkeys(record.form_name for _, record, _ in found)),
        year=found[0][0].year,
        paper=file,
        effective=desk.act.effective,
        ratings=tuple(names),
        rows=tuple(sorted(rows, key=lambda row: (row.superior, row.number))),
    )
    labels = [("baocao.state", "decision"), ("baocao.decision", file.decision.number)]
    return recognition_document(template, recognition, form.additions.party, labels)


def _row(number: Number, record: Record, entry: DecidedRating) -> DecidedRow:
    decided = rating_key(entry.rating, record.ladder)
    proposed = record.ladder[record.proposed]
    return DecidedRow(
        number=str(number),
        organization=record.name,
        superior=record.superior_name,
        total="" if record.total is None else points(record.total),
        proposed=proposed,
        decided=record.ladder[decided],
        note=entry.reason or ("" if decided == record.proposed else f"đề nghị: {proposed}"),
    )


def _slug(number: str) -> str:
    """Return the number of a decision as part of a file name: letters without diacritics, digits, `-`."""
    plain = unicodedata.normalize("NFD", number.replace("Đ", "D").replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "khong-so"


def _numbers(file: DecisionFile) -> dict[DecidedRating, Number]:
    """Return the numbers that a decision is about; all that are written wrongly are told at once."""
    numbers: dict[DecidedRating, Number] = {}
    problems: list[Problem] = []
    for index, entry in enumerate(file.ratings):
        try:
            numbers[entry] = Number.parse(entry.number)
        except DataError as error:
            problems += [replace(problem, where=f"ratings[{index}].number") for problem in error.problems]
    if problems:
        raise DataError(problems)
    return numbers


def _step(desk: Desk, number: Number, entry: DecidedRating, known: Mapping[Number, Status]) -> Step:
    ladder = record_in(latest(known[number])).ladder
    rating = rating_key(entry.rating, ladder)
    act = replace(desk.act, reason=entry.reason or "")
    return Step(Kind.DECIDED, number, act, {"rating": rating, "name": ladder[rating]})


def rating_key(said: str, ladder: Mapping[str, str]) -> str:
    """Return the key of a rating that is said by its key or by its official name; what is said if it is neither."""
    names = {name.casefold(): key for key, name in ladder.items()}
    return said if said in ladder else names.get(said.casefold(), said)


def objections(file: DecisionFile, known: Mapping[Number, Status], forms: Mapping[str, Form]) -> tuple[Problem, ...]:
    """Say why a decision may not be entered as it stands; nothing when it may.

    Args:
        file: the decision.
        known: what stands of every number of its years.
        forms: the forms of those numbers as they were issued, by identifier and year.
    """
    seen: set[str] = set()
    problems: list[Problem] = []
    decided: dict[Number, str] = {}
    for index, entry in enumerate(file.ratings):
        where = f"ratings[{index}]"
        if entry.number in seen:
            problems.append(messages.decided_twice(where, entry.number))
        seen.add(entry.number)
        number = Number.parse(entry.number)
        if number not in known:
            problems.append(messages.not_in_the_register(entry.number))
            continue
        earlier = known[number].decided
        if earlier and earlier.act.decision and earlier.act.decision.number == file.decision.number:
            problems.append(messages.decided_before(where, entry.number, file.decision.number))
        record = record_in(latest(known[number]))
        problems += _against(where, entry, record, forms[record.form])
        decided[number] = rating_key(entry.rating, record.ladder)
    return (*problems, *_over_quota(file, decided, known, forms))


def _against(where: str, entry: DecidedRating, record: Record, form: Form) -> Iterator[Problem]:
    """Yield what stands against the rating that is decided for one organisation."""
    rating = rating_key(entry.rating, record.ladder)
    if rating not in record.ladder:
        yield messages.unknown_rating(f"{where}.rating", entry.rating, record.ladder)
        return
    if form.ladder.rank(rating) < form.ladder.rank(record.highest) and not entry.reason:
        allowed, wanted = record.ladder[record.highest], record.ladder[rating]
        yield messages.decided_too_high(f"{where}.rating", record.name, wanted, allowed, record.unmet)
    if rating in form.reasons_required_for and record.unexplained:
        yield messages.decided_without_reasons(where, record.name, record.ladder[rating], record.unexplained)


def _over_quota(
    file: DecisionFile, decided: Mapping[Number, str], known: Mapping[Number, Status], forms: Mapping[str, Form]
) -> Iterator[Problem]:
    """Yield the groups that the decision, together with earlier ones, takes above their quota."""
    if file.over_quota_reason:
        return
    for key, form in forms.items():
        standing = [
            replace(found, decided=decided.get(found.number, found.decided) if found.number else None)
            for found in candidates(known.values(), key)
        ]
        settled = [found for found in standing if found.decided in form.ladder.names]
        for group in groups(form, settled):
            if group.over and any(found.number in decided for found in group.wanted):
                found = (len(group.wanted), group.fit(), group.quota.percent)
                yield messages.over_quota(group.superior_name, group.rating_name, *found)
