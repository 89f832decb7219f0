"""Every budget of the design as a ratio, its peers measured in the same run. `python -m bench --help`.

A figure here is never a test: it says how this machine does today.
"""
