"""The command of the year-end annex."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import KW_ONLY, dataclass, field
from itertools import starmap
from pathlib import Path
from typing import Annotated

import typer

from baocao import annexing, decision_files, messages, messages_annex, rosters
from baocao.annex import Annex
from baocao.annexing import Gathered, Made, Wanted
from baocao.cli import show, show_annex
from baocao.cli.common import (
    DEFAULT,
    AsJson,
    Force,
    Location,
    OfficePath,
    Output,
    Templates,
    assess_all,
    say,
)
from baocao.cli.desk import AsOf, By, act_of, day_of, delivered, opened_register
from baocao.errors import DataError, UsageError
from baocao.files import write_whole, written_whole
from baocao.forms import Library
from baocao.issuing import Desk
from baocao.judged import Judged
from baocao.pipeline import Result
from baocao.register import Annexed
from baocao.text import whole

YEAR_DIGITS = 4
VOLUME_LABELS = (("baocao.state", "volume"),)


def annex(
    targets: Annotated[
        list[str], typer.Argument(metavar="NĂM hoặc TỆP", help="Năm của mẫu; với --drafts: tệp hoặc thư mục dữ liệu.")
    ],
    output: Output = Path("outputs"),
    *,
    drafts: Annotated[
        bool, typer.Option("--drafts", help="Lập từ dữ liệu chưa ban hành, đánh dấu DỰ THẢO, không vào sổ.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Lập từ sổ để xem trước, đánh dấu DỰ THẢO, không vào sổ.")
    ] = False,
    form: Annotated[
        str | None, typer.Option("--form", metavar="MẪU", help="Chỉ mẫu này; bỏ trống: mỗi mẫu một phụ lục.")
    ] = None,
    superior: Annotated[
        str | None, typer.Option("--superior", metavar="MÃ", help="Chỉ các tổ chức trực thuộc cấp trên này.")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="TỆP",
            help="Danh sách .csv các tổ chức phải chấm điểm; bỏ trống: các tổ chức của năm trước trong sổ.",
        ),
    ] = None,
    paper: Annotated[
        Path | None,
        typer.Option(
            "--paper",
            metavar="TỆP",
            help="Tệp .json: số phụ lục, báo cáo kèm theo, cơ quan, chữ ký; bỏ trống: như bảng chấm điểm mới nhất.",
        ),
    ] = None,
    with_scoresheets: Annotated[
        bool,
        typer.Option(
            "--with-scoresheets", help="Lập thêm một tệp Word gồm phụ lục và mọi bảng chấm điểm, để in và đóng tập."
        ),
    ] = False,
    as_of: AsOf = None,
    templates: Templates = None,
    office: OfficePath = None,
    by: By = None,
    register: Location = DEFAULT,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Phụ lục báo cáo cuối năm, Word và Excel. Lấy từ sổ tại một ngày; chưa quyết định thì là danh sách đề nghị."""
    wanted = Wanted(
        day_of(as_of),
        superior or "",
        rosters.read(roster) if roster else None,
        decision_files.read_annex_paper(paper) if paper else None,
    )
    press = _Press(output, form, force=force, bound=with_scoresheets, as_json=as_json)
    if drafts:
        _from_drafts(press, wanted, list(map(Path, targets)), _Inputs(templates, office), register)
    else:
        year = _year(targets)
        with opened_register(register) as opened:
            desk = Desk(opened, act_of(by, None), output)
            _from_register(press, desk, year, wanted, Library.usual(templates), preview=preview)
    press.end()


def _year(targets: list[str]) -> int:
    if len(targets) == 1 and targets[0].isascii() and targets[0].isdigit() and len(targets[0]) == YEAR_DIGITS:
        return int(targets[0])
    raise UsageError([messages_annex.not_a_year(" ".join(targets))])


@dataclass(frozen=True, slots=True)
class _Inputs:
    """How submissions are read."""

    templates: Path | None
    office: Path | None

    def assess(self, paths: list[Path]) -> Iterator[Result]:
        return assess_all(paths, self.templates, self.office)


@dataclass(slots=True)
class _Press:
    """Where annexes come out: their files, and what is said of them."""

    folder: Path
    form: str | None
    _: KW_ONLY
    force: bool
    bound: bool
    as_json: bool
    made: int = 0
    failed: list[Result] = field(default_factory=list)

    def wants(self, gathered: Gathered) -> bool:
        """Whether the annex of this form is asked for, and lists anybody."""
        found = gathered.printed.annex
        return self.form in {None, gathered.scope.form} and bool(found.rows or found.absent)

    def draft(self, gathered: Gathered, sheets: Iterable[tuple[str, bytes]]) -> None:
        """Write an annex that is not entered, over an earlier one that nobody edited."""
        document, _digest = gathered.document()
        stem = f"{gathered.name}_du-thao"
        contents = {self._free(f"{stem}.docx"): document, self._free(f"{stem}.xlsx"): gathered.workbook()}
        for path, content in contents.items():
            write_whole(path, content)
        self._tell(gathered, [*contents, *self._volume(stem, document, sheets)])

    def entered(self, made: Made, annexed: Annexed, paths: Iterable[Path], sheets: Iterable[tuple[str, bytes]]) -> None:
        """Tell of an annex that is in the register, and bind it with its scoresheets where that is asked for."""
        stem = f"{annexed.number}_{made.gathered.name}"
        self._tell(made.gathered, [*paths, *self._volume(stem, made.document, sheets)], annexed, made)

    def _volume(self, stem: str, document: bytes, sheets: Iterable[tuple[str, bytes]]) -> Iterator[Path]:
        if self.bound:
            from baocao.rendering.binding import Sheet, bind  # most annexes are not bound

            path = self._free(f"{stem}_kem-bang-cham-diem.docx")
            with written_whole(path) as file:
                bind(Sheet(messages_annex.title(None), document), starmap(Sheet, sheets), file, VOLUME_LABELS)
            yield path

    def _free(self, name: str) -> Path:
        """Return the path of a file that nothing is lost by writing.

        Raises:
            DataError: somebody edited the one that is there.
        """
        path = self.folder / name
        if path.exists() and not self.force and not annexing.is_untouched(path):
            raise DataError([messages.not_ours(str(path))])
        return path

    def _tell(
        self, gathered: Gathered, paths: Iterable[Path], annexed: Annexed | None = None, made: Made | None = None
    ) -> None:
        self.made += 1
        tell = show_annex.as_json if self.as_json else show_annex.made
        say(tell(gathered, list(paths), annexed, known=bool(made and made.known)))

    def end(self) -> None:
        """End the command: nothing made or faulty submissions are faults of the data."""
        # what is wrong with the office's file is a fault of every submission, and told once
        say(show.faults(dict.fromkeys(fault for result in self.failed for fault in result.faults)), err=True)
        if self.failed:
            say([f"{whole(len(self.failed))} tệp có lỗi, không có trong phụ lục."], err=True)
        if self.failed or not self.made:
            raise typer.Exit(DataError.exit_code)


def _from_register(press: _Press, desk: Desk, year: int, wanted: Wanted, library: Library, *, preview: bool) -> None:
    register = desk.register
    with register.view() as view:
        for gathered in filter(press.wants, annexing.gather(register, view, year, wanted, library)):
            sheets = annexing.scoresheets(register, gathered.printed.annex)
            if preview:
                press.draft(gathered.as_draft(), sheets)
                continue
            made = annexing.make(gathered, view.annexes(year))
            if made.known:
                paths = annexing.written_again(desk, made, made.known)
                press.entered(made, made.known, paths, sheets)
            else:
                annexed = annexing.enter(desk, made)
                press.entered(made, annexed, delivered(register, annexed), sheets)
    if not press.made:
        raise DataError([messages_annex.nothing_to_list(year, wanted.as_of, press.form, wanted.superior)])


def _from_drafts(press: _Press, wanted: Wanted, paths: list[Path], inputs: _Inputs, location: str) -> None:
    places: dict[str, Path] = {}

    def sound() -> Iterator[Judged]:
        for result in inputs.assess(paths):
            if result.faults or result.judged is None:
                press.failed.append(result)
            else:
                places[result.judged.submission.organization.id] = Path(result.source)
                yield result.judged

    def sheets(found: Annex) -> Iterator[tuple[str, bytes]]:
        for row in found.rows:
            (result,) = inputs.assess([places[row.organization]])
            yield row.name, result.document()

    has_register = "://" in location or Path(location).exists()
    with opened_register(location) if has_register else nullcontext() as register:
        for gathered in filter(press.wants, annexing.gather_drafts(sound(), wanted, register)):
            press.draft(gathered, sheets(gathered.printed.annex))
    if not press.made and not press.failed:
        raise DataError([messages_annex.no_draft_to_list(press.form, wanted.superior)])
