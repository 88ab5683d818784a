"""The error of bad input: the caller's, not ours."""


class InputError(ValueError):
    """What was given is wrong: one line that names the value and what was expected.

    Raised where values come in (a public function, a command, a file), and nowhere else: any other error is a bug of
    ours and keeps its traceback.

    Examples:
        >>> from sparse_limits import global_mask
        >>> try:
        ...     global_mask([[1.0, 2.0]], density=1.5)
        ... except InputError as error:
        ...     print(error)
        density is 1.5, expected a number strictly between 0 and 1
    """
