"""The error of bad input: the caller's, not ours."""


class InputError(ValueError):
    """What was given is wrong: one line that names the value and what was expected.

    Raised where values come in (a public function, a command, a file), and nowhere else: any other error is a bug of
    ours and keeps its traceback.
    """
