"""The error of whatever a user gave and we refuse."""


class Refused(ValueError):
    """A file or a config that is not what it should be: the message names it, says what is wrong and what to do.

    Commands print it without a traceback.
    """
