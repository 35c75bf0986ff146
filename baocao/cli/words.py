"""Vietnamese for what typer itself says: headings of the help pages and faults of the command line."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_HELP = {
    "Usage:": "Cách dùng:",
    "Options:": "Tùy chọn:",
    "Commands:": "Lệnh:",
    "Arguments:": "Tham số:",
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH [THAM SỐ]...",
    "[required]": "[bắt buộc]",
    "[default: ": "[mặc định: ",
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


class Group(TyperGroup):
    """A group of commands whose help page is Vietnamese throughout, in the order of work."""

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
        return list(self.commands)
