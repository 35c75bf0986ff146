"""Tables as Excel saves them: UTF-8 text, separated by commas, semicolons or tabs, the first line names the columns."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from io import StringIO

from baocao import messages, messages_register
from baocao.errors import DataError


def rows(content: bytes, columns: Sequence[str], needed: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with the number of its first line: the cells that are not empty, by column.

    Empty rows are left out.

    Args:
        content: the file.
        columns: those that there may be.
        needed: those that there must be.

    Raises:
        DataError: it is not UTF-8, has other columns, or is no table.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError([messages.not_utf8(error.start)]) from error
    header = text.partition("\n")[0]
    table = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        names = [name.strip().lower() for name in next(table, [])]
        if not set(needed) <= set(names) <= set(columns) or len(set(names)) < len(names):
            raise DataError([messages_register.wrong_columns(names, columns, needed)])
        line = table.line_num + 1
        for cells in table:
            values = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
            if len(cells) > len(names):
                raise DataError([messages_register.too_many_cells(line, len(names))])
            if values:
                yield line, values
            line = table.line_num + 1
    except csv.Error as error:
        raise DataError([messages_register.no_table(table.line_num)]) from error
