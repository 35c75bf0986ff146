"""The form as data: one folder of `templates/` with its criteria, rating conditions, phrases and Word templates."""

from baocao.forms.copying import copy_form
from baocao.forms.library import FormFolder, Library, load_folder
from baocao.forms.model import Form

__all__ = ["Form", "FormFolder", "Library", "copy_form", "load_folder"]
