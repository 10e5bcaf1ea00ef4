"""What every command and pipeline does with an error: one sentence, no traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

from .errors import PaybenchError


def answered(program: str, work: Callable[[], object]) -> int:
    """Do the work of a command.

    Parameters
    ----------
    program : the name that the sentence begins with. work : what to do.

    Returns
    -------
    The exit code: 0 done; 1 the input or state is wrong, said in one sentence on standard error; 130 stopped by hand.
    PAYBENCH_DEBUG=1 in the environment lets what should not have happened through, with its traceback.
    """
    with _stopped_politely():
        return _answered(program, work)


@contextmanager
def _stopped_politely() -> Iterator[None]:
    """A scheduler's SIGTERM ends the work as Ctrl-C does, so that what is half written is cleared away."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _answered(program: str, work: Callable[[], object]) -> int:
    try:
        work()
        sys.stdout.flush()
    except PaybenchError as error:
        return failed(program, str(error))
    except KeyboardInterrupt:
        return failed(program, "stopped; nothing half-written was left behind.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        what = f"{error.filename} cannot be" if error.filename else "a file could not be"
        why = error.strerror or error
        return failed(program, f"{what} read or written ({why}); free space or give another place.")
    except ModuleNotFoundError as error:
        what = f"this needs {error.name}, which the base install leaves out"
        return failed(program, f"{what}: pip install 'paybench[workbench]'.")
    except MemoryError:
        return failed(program, "this machine's memory is too small for that; use a smaller ledger or a larger machine.")
    except Exception as error:
        if os.environ.get("PAYBENCH_DEBUG"):
            raise
        return failed(
            program,
            f"this should not have happened ({type(error).__name__}: {error}); "
            "set PAYBENCH_DEBUG=1 to see where, and please report it.",
        )
    return 0


def failed(program: str, sentence: str, code: int = 1) -> int:
    """Say one sentence on standard error, on one line, and give the exit code."""
    print(f"{program}: {' '.join(sentence.split())}", file=sys.stderr)
    return code
