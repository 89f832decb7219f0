"""Where the data that ships is: inside the wheel, or at the top of a checkout.

`importlib.resources` costs more than everything else a command imports, hence `__file__`.
"""

from os.path import abspath, dirname, isdir, join


def folder() -> str:
    """The folder of the shipped data, absolute."""
    package = dirname(dirname(abspath(__file__)))
    inside = join(package, "_data")
    return inside if isdir(inside) else join(dirname(dirname(package)), "data")
