"""Dialogs and full-width screens."""
