"""What this command line does differently from typer's own: it speaks Vietnamese, and imports a command when it is run.

Typer builds every command before it runs one, and each command is imported for that: the database, say, to draft a
scoresheet.
"""

from __future__ import annotations

import gc
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

_HELP = {
    "Usage:": "Cách dùng:",
    "Options:": "Tùy chọn:",
    "Commands:": "Lệnh:",
    "Arguments:": "Tham số:",
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH [THAM SỐ]...",
    "[required]": "[bắt buộc]",
    "[default:": "[mặc định:",
    "Show this message and exit.": "Hiện trợ giúp này.",
}
_OPTIONS = {
    "install_completion": "Cài gợi ý lệnh (phím Tab) cho trình lệnh đang dùng.",
    "show_completion": "In phần gợi ý lệnh, để chép hoặc sửa trước khi cài.",
}

_FAULTS = (
    (r"Missing argument '?(.+?)'?\.?$", r"thiếu tham số \1"),
    (r"Missing option '?(.+?)'?\.?$", r"thiếu tùy chọn \1"),
    (r"Missing command\.?", "thiếu tên lệnh"),
    (r"No such option:? '?(\S+?)'?\.?(?: (?:Did you mean|\(Possible options:).*)?$", r"không có tùy chọn \1"),
    (r"No such command '(.+?)'\.?.*", r"không có lệnh \1"),
    (r"Option '?(.+?)'? requires an argument\.?", r"tùy chọn \1 cần có giá trị"),
    (r"Option '?(.+?)'? does not take a value\.?", r"tùy chọn \1 không nhận giá trị"),
    (r"Got unexpected extra argument(?:s|\(s\))?:? \(?(.+?)\)?$", r"thừa tham số: \1"),
    (r"Invalid value for '?(.+?)'?: (.+)", r"giá trị của \1 không hợp lệ: \2"),
    (r"Input should be greater than or equal to (\d+).*", r"phải từ \1 trở lên"),
    (r"Input should be a valid integer.*", "phải là số nguyên"),
)


def fault(message: str) -> str:
    """Return typer's message about a faulty command line in Vietnamese, or as it is where it has no translation."""
    for pattern, words in _FAULTS:
        message = re.sub(pattern, words, message)
    return message


def translated(page: str) -> str:
    """Return a help page in Vietnamese."""
    for english, vietnamese in _HELP.items():
        page = page.replace(english, vietnamese)
    return re.sub(r" <[\w\[\]]+>", lambda found: " " * len(found[0]), page)  # Python's types, of no use to a clerk


class Command(TyperCommand):
    """A command whose help page is Vietnamese throughout."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return translated(super().get_help(ctx))


@dataclass(frozen=True, slots=True)
class Later:
    """A command that is imported when it is run."""

    place: str
    """Its function: `baocao.cli.submissions:draft`."""
    line: str
    """What a list of commands says of it: how its own help page begins."""

    def listed(self, name: str) -> Command:
        """Return what stands for the command in a list."""
        return Command(name, help=self.line)

    def loaded(self, name: str) -> Any:
        """Import the command and return it."""
        module, _, function = self.place.partition(":")
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name, cls=Command)(getattr(importlib.import_module(module), function))
        if not gc.isenabled():  # as `cli.main` left it; from here on only what comes new is looked through
            gc.freeze()
            gc.enable()
        return typer.main.get_command(alone)


class Group(TyperGroup):
    """A group of commands whose help page is Vietnamese throughout, in the order of work."""

    later: ClassVar[Mapping[str, Later]] = {}
    """Its commands, each imported when it is run; beside them stand those that typer is given."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return translated(super().get_help(ctx))

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, those that typer adds with Vietnamese help."""
        params: list[Any] = list(super().get_params(ctx))
        for param in params:
            param.help = _OPTIONS.get(param.name or "", getattr(param, "help", None))
        return params

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands as they were defined."""
        return [*self.later, *self.commands]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command as it is listed."""
        return self.later[cmd_name].listed(cmd_name) if cmd_name in self.later else super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is to be run, its name, and the arguments after it."""
        name, command, rest = super().resolve_command(ctx, args)
        later = self.later.get(name or "")
        return name, later.loaded(str(name)) if later else command, rest
