"""The form as data: one folder of `templates/` with its criteria, rating conditions, phrases and Word templates."""

from baocao.forms.library import PAPERS, FormFolder, Library, load_folder
from baocao.forms.model import Confirmation, Form
from baocao.forms.writing import confirm, copy_form

__all__ = ["PAPERS", "Confirmation", "Form", "FormFolder", "Library", "confirm", "copy_form", "load_folder"]
