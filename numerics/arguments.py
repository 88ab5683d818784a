"""What public functions and commands say of what they were given."""

from __future__ import annotations

from theory.input_error import InputError

__all__ = ["InputError"]
