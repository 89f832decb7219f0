"""A fault put into the real source: a piece of one function's text is replaced, for everybody who imported it."""

import inspect
import textwrap
from types import CodeType, FunctionType, ModuleType


def faulty(module: ModuleType, function: FunctionType, old: str, new: str) -> CodeType:
    """The code of `function` with `old` replaced by `new`; the function object itself stays."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, f"{function.__qualname__} no longer says {old!r}: say the fault anew"
    assert module.__file__
    module_code = compile(source.replace(old, new), module.__file__, "exec")
    return next(c for c in module_code.co_consts if isinstance(c, CodeType) and c.co_name == function.__name__)
