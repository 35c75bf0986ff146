"""The form as data: one folder of `templates/` with its criteria, rating conditions, phrases and Word templates."""

from baocao.forms.library import PAPERS, FormFolder, Library, load_folder
from baocao.forms.model import Confirmation, Form

__all__ = ["PAPERS", "Confirmation", "Form", "FormFolder", "Library", "load_folder"]
