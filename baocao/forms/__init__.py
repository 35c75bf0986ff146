"""The form as data: one folder of `templates/` with its criteria, rating conditions, phrases and Word templates."""

from baocao.forms.folder import PAPERS, FormFolder
from baocao.forms.library import Library, load_folder
from baocao.forms.model import Confirmation, Form

__all__ = ["PAPERS", "Confirmation", "Form", "FormFolder", "Library", "load_folder"]
