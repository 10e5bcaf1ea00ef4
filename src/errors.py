"""The one exception that a user is meant to read."""


class PaybenchError(Exception):
    """Bad input or state: one sentence that says what was given, what is allowed, and what to do.

    The command line prints the sentence and exits with 1; notebooks show it as the exception's message.
    """
