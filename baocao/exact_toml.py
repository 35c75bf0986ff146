"""TOML text with exact decimals."""

from __future__ import annotations

import tomllib
from decimal import Decimal

from baocao import messages, messages_form
from baocao.errors import DataError


def parse_toml(content: bytes) -> dict[str, object]:
    """Parse TOML with exact decimals.

    Raises:
        DataError: it is not UTF-8 or not TOML.
    """
    try:
        source = content.decode("utf-8-sig")  # Notepad may put its mark before the text
    except UnicodeDecodeError as error:
        raise DataError([messages.not_utf8(error.start)]) from error
    try:
        return tomllib.loads(source, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DataError([messages_form.bad_toml(str(error), source)]) from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise DataError([messages_form.huge_number()]) from error
    except RecursionError as error:
        raise DataError([messages_form.too_deep()]) from error
