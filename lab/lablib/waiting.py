"""Waiting for a condition, never for a time."""

import time


def wait_until(condition, seconds, what):
    """Calls condition until it gives something true, and returns that.

    AssertionError with `what` and the last answer (or what it raised) when that takes longer than `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = condition()
        except (OSError, AssertionError, LookupError, ValueError) as error:
            answer, last = None, f"{type(error).__name__}: {error}"
        else:
            last = repr(answer)
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; the last answer was {last}")
        time.sleep(0.02)
