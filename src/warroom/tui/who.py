"""Who sits here: the login and host that every fact carries, beside the name a person goes by."""

import os
import socket

from ..core.values import By

SHARED = frozenset(
    [
        "root",
        "admin",
        "administrator",
        "ubuntu",
        "debian",
        "ec2-user",
        "centos",
        "fedora",
        "user",
        "guest",
        "operator",
        "ops",
        "oncall",
        "on-call",
        "sre",
        "devops",
        "team",
        "support",
        "incident",
        "warroom",
        "test",
        "nobody",
        "daemon",
        "service",
        "ansible",
        "jenkins",
        "deploy",
        "vagrant",
        "pi",
    ]
)


def login() -> str:
    """The login name, from the system rather than from the environment."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return os.environ.get("USER", "")


def writer(name: str) -> By:
    """`name` as the writer of facts made here."""
    return By(name, login(), socket.gethostname())
