"""Turn checked JSON into official Vietnamese Word reports."""

__version__ = "0.1.0"
