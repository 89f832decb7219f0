"""How a node reaches its NATS cluster: the address says where, the environment holds what is secret."""

import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

MONITOR_ABOVE = 4000  # a node's monitor listens so many ports above its clients' port unless told otherwise: 4222, 8222


class Settings(msgspec.Struct, frozen=True):
    """`monitors`: one address for each node. `replicas` 0: three in a cluster, one on a node that is alone.

    `erase_user` may delete messages, which `user` should not be able to; without it `user` does both.
    """

    servers: tuple[str, ...]
    monitors: tuple[str, ...]
    user: str = ""
    password: str = ""
    erase_user: str = ""
    erase_password: str = ""
    replicas: int = 0
    ca: str = ""
    cert: str = ""
    key: str = ""

    def tls(self) -> ssl.SSLContext | None:
        """What connections are proven with; None: they are plain. Raises `OSError` where a file cannot be used."""
        if not (self.ca or self.cert or self.servers[0].startswith("tls:")):
            return None
        context = ssl.create_default_context(cafile=self.ca or None)
        if self.cert:
            context.load_cert_chain(self.cert, self.key or None)
        return context

    def __repr__(self) -> str:
        return f"Settings({', '.join(self.servers)})"  # never the passwords


def settings_of(
    address: str, environ: Mapping[str, str], monitors: Sequence[str] = (), erase_file: str = ""
) -> Settings:
    """`nats://n1:4222,n2:4222,n3:4222` or `tls://…`, and WARROOM_NATS_… of the environment.

    A user and password in the address are taken too; but other people on the machine see an address. `erase_file`
    holds USER:PASSWORD of the user who may delete. Raises `ValueError` and `OSError`.
    """

    def told(name: str) -> str:
        return environ.get("WARROOM_NATS_" + name, "")

    scheme, _, rest = address.partition("://")
    if scheme not in ("nats", "tls") or not rest:
        raise ValueError(f"{scheme}://… is no address of NATS: it begins with nats:// or tls://")
    parts = [_part(part, scheme) for part in rest.split(",")]
    named = next((part for part in parts if part.username), None)
    erase_user, erase_password = told("ERASE_USER"), told("ERASE_PASSWORD")
    if erase_file:
        erase_user, erase_password = _credentials(erase_file)
    replicas = told("REPLICAS")
    if replicas and replicas not in ("1", "3", "5"):
        raise ValueError("WARROOM_NATS_REPLICAS is 1, 3 or 5")
    return Settings(
        servers=tuple(f"{part.scheme}://{_host(part)}:{part.port or 4222}" for part in parts),
        monitors=tuple(monitors)
        or tuple(filter(None, told("MONITORS").split(",")))
        or tuple(_monitor(part) for part in parts),
        user=told("USER") or unquote((named and named.username) or ""),
        password=told("PASSWORD") or unquote((named and named.password) or ""),
        erase_user=erase_user,
        erase_password=erase_password,
        replicas=int(replicas or 0),
        ca=told("CA"),
        cert=told("CERT"),
        key=told("KEY"),
    )


def _credentials(path: str) -> tuple[str, str]:
    with open(path, encoding="utf-8") as file:
        user, colon, password = file.read(4096).strip().partition(":")
    if not (user and colon and password):
        raise ValueError(f"{path} must hold USER:PASSWORD of the NATS user who may delete messages")
    return user, password


def _part(text: str, scheme: str) -> SplitResult:
    try:
        part = urlsplit(text if "://" in text else f"{scheme}://{text}")
        if part.hostname and part.port != 0 and part.scheme == scheme:
            return part
    except ValueError:
        pass
    raise ValueError("an address of NATS is nats://HOST:PORT, several of them with commas between")


def _host(part: SplitResult) -> str:
    host = part.hostname or ""
    return f"[{host}]" if ":" in host else host


def _monitor(part: SplitResult) -> str:
    return f"{'https' if part.scheme == 'tls' else 'http'}://{_host(part)}:{(part.port or 4222) + MONITOR_ABOVE}"
