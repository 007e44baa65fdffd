"""What the host is told when a call fails."""

import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from componentize_py_types import Err
from wit_world.imports.types import Failure

P = ParamSpec("P")
T = TypeVar("T")


def answered(call: Callable[P, T]) -> Callable[P, T]:
    """Makes all that a call raises a failure.

    Any error but a failure is a defect of this plugin, and would otherwise end the call without a word.
    """

    @wraps(call)
    def answering(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except Err:
            raise
        except Exception as error:
            # Walked and not formatted, which would open the sources: a component has no files.
            frame, line = [*traceback.walk_tb(error.__traceback__)][-1]
            words = f"{type(error).__name__}: {error} ({frame.f_code.co_filename}, line {line})"
            raise Err(Failure("internal", words, "")) from None

    return answering
