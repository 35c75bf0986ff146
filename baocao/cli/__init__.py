"""The command line: words and exit codes. The only part that prints.

Exit codes: 0 done, 1 problems in the data, 2 wrong usage, 3 something missing on the machine.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

import typer

from baocao import __version__
from baocao.cli import words
from baocao.cli.words import Later
from baocao.errors import BaocaoError, DataError, UsageError


class _Register(words.Group):
    """The commands about the register itself."""

    later: ClassVar = {
        "annexes": Later(
            "baocao.cli.register:register_annexes",
            "Liệt kê các phụ lục đã lập: tính đến ngày nào, có còn đúng hay không.",
        ),
        "check": Later(
            "baocao.cli.register:register_check",
            "Kiểm tra sổ: mã băm của các mục, các phụ lục và mọi nội dung đã lưu.",
        ),
        "backup": Later(
            "baocao.cli.register:register_backup", "Sao lưu sổ ra tệp khác, trong khi người khác vẫn làm việc."
        ),
        "export": Later(
            "baocao.cli.register:register_export",
            "Xuất toàn bộ sổ ra JSON Lines, đọc và kiểm tra được mà không cần chương trình này.",
        ),
    }


class _Forms(words.Group):
    """The commands about forms."""

    later: ClassVar = {
        "list": Later("baocao.cli.forms:form_list", "Liệt kê các mẫu dùng được."),
        "show": Later(
            "baocao.cli.forms:form_show", "In tiêu chí, điểm chuẩn và căn cứ, điều kiện xếp loại, các cách hiểu."
        ),
        "schema": Later(
            "baocao.cli.forms:form_schema",
            "In JSON Schema (2020-12) của dữ liệu chấm điểm, hoặc của chính tệp form.toml.",
        ),
        "check": Later(
            "baocao.cli.forms:form_check", "Kiểm tra dữ liệu, câu chữ và tệp Word của mẫu; in thử tệp Word."
        ),
        "preview": Later(
            "baocao.cli.forms:form_preview",
            "In xem trước mẫu: bản để trống và bản điền thử cho từng loại tổ chức, kèm PDF và ảnh trang nếu có "
            "LibreOffice.",
        ),
        "new": Later("baocao.cli.forms:form_new", "Tạo mẫu mới từ một mẫu có sẵn."),
        "diff": Later("baocao.cli.forms:form_diff", "So sánh hai mẫu."),
        "confirm": Later(
            "baocao.cli.forms:form_confirm",
            "Ghi nhận mẫu đã được xác nhận: điểm chuẩn, căn cứ và mọi cách hiểu.",
        ),
    }


class _Commands(words.Group):
    """The whole command line, in the order of work."""

    later: ClassVar = {
        "new": Later("baocao.cli.new:new", "Tạo tệp dữ liệu trống để điền."),
        "check": Later("baocao.cli.submissions:check", "Kiểm tra dữ liệu."),
        "score": Later("baocao.cli.submissions:score", "Tính điểm và xếp loại."),
        "draft": Later("baocao.cli.submissions:draft", "Lập bảng chấm điểm dự thảo (Word)."),
        "pdf": Later("baocao.cli.printing:print_", "Lập bản PDF (PDF/A) cạnh mỗi tệp Word, bằng LibreOffice."),
        "issue": Later("baocao.cli.register:issue", "Ban hành bảng chấm điểm."),
        "quota": Later("baocao.cli.register:quota", "Tỷ lệ khống chế."),
        "decide": Later("baocao.cli.register:decide", "Nhập quyết định công nhận kết quả."),
        "correct": Later("baocao.cli.register:correct", "Đính chính sai sót không làm đổi mức xếp loại."),
        "annex": Later("baocao.cli.annex:annex", "Phụ lục báo cáo cuối năm, Word và Excel."),
        "revoke": Later("baocao.cli.register:revoke", "Hủy bỏ kết quả đánh giá, xếp loại."),
        "reissue": Later("baocao.cli.register:reissue", "Xếp loại lại sau khi kết quả bị hủy bỏ."),
        "list": Later(
            "baocao.cli.register:list_",
            "Liệt kê các bảng chấm điểm đã ban hành, kết quả và trạng thái tính đến một ngày.",
        ),
        "show": Later(
            "baocao.cli.register:show_", "Xem một số trong sổ: của ai, mức nào, ai quyết định, còn hiệu lực hay không."
        ),
        "history": Later(
            "baocao.cli.register:history",
            "Xem mọi việc đã xảy ra với một số, kể cả các bảng mà nó thay thế hoặc thay thế nó.",
        ),
        "verify": Later(
            "baocao.cli.register:verify",
            "Kiểm tra văn bản: có đúng bản đã ban hành không, còn hiệu lực không; nếu đã bị sửa thì sửa ở đâu.",
        ),
        "reproduce": Later(
            "baocao.cli.register:reproduce", "Lập lại văn bản của một số, hoặc một phụ lục, từ những gì đã lưu."
        ),
    }


app = typer.Typer(
    name="baocao",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Từ dữ liệu JSON đã kiểm tra đến bảng chấm điểm Word ký được.",
    epilog="Mã kết thúc: 0 xong, 1 dữ liệu có lỗi, 2 dùng sai lệnh, 3 máy thiếu thành phần cần thiết.",
)


def _add_group(name: str, group: type[words.Group], line: str) -> None:
    app.add_typer(typer.Typer(cls=group, no_args_is_help=True, rich_markup_mode=None, help=line), name=name)


_add_group("register", _Register, "Bản thân sổ theo dõi.")
_add_group("form", _Forms, "Các mẫu bảng chấm điểm.")


def main() -> None:
    """Run the command line of this process and end it with the exit code."""
    # pydantic looks through everything that is installed for plug-ins of its own; this program has no use for any
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()  # until the command is imported: modules stay, and looking through them for garbage takes its time
    _speak_utf8()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        return app(list(arguments), prog_name="baocao", standalone_mode=False) or 0
    except BaocaoError as error:
        from baocao.cli import show  # the command that failed has it already, all others have no use for it

        _say(show.faults(error.problems))
        return error.exit_code
    except typer.Abort:
        return 130
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(words.translated(str(error)))
            return UsageError.exit_code
        # typer keeps the root of its usage errors private; they are known by how they word themselves
        if not hasattr(error, "format_message"):
            raise
        _say([f"Lỗi: {words.fault(error.format_message())}.", "Xem trợ giúp: baocao --help"])
        return UsageError.exit_code


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _speak_utf8() -> None:
    """Print Vietnamese also where the console or the pipe is set to another encoding (Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _version(wanted: bool) -> None:
    if not wanted:
        return
    # an option of the whole program, but a rare one: what it needs is imported when it is asked
    from baocao.forms import Library
    from baocao.rendering import version_line

    typer.echo(f"baocao {__version__}")
    library = Library.usual()
    for key in library.available():
        try:
            typer.echo(f"  {version_line(library.get(key))}")
        except DataError:
            typer.echo(f"  mẫu {key}: có lỗi, xem “baocao form check”")
    raise typer.Exit


@app.callback()
def _root(
    _show_version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="In phiên bản chương trình, mẫu, tệp Word."),
    ] = False,
) -> None:
    pass
