"""A server's address on a line of the prompt, and what must not be remembered behind it."""


def address_in(text: str) -> str:
    """The address that a line names, without anything behind it; empty where it names none."""
    first = text.split(None, 1)[0] if text.strip() else ""
    return first if is_address(first) else ""


def is_address(text: str) -> bool:
    """Whether this word can be nobody on a bridge."""
    return text.casefold().startswith(("http://", "https://"))


def without_token(text: str) -> str:
    """A line of the prompt without what stands behind a server's address, which may be a token."""
    verb, _, rest = text.strip().partition(" ")
    address = address_in(rest) if verb.startswith(("/join", "/server")) else ""
    return f"{verb} {address}" if address and rest.strip() != address else text


def asks_for_alerts(typed: str) -> bool:
    """Whether a line of the lobby asks for the inbox of alerts."""
    return typed.strip().casefold() == "/alerts"


def server_act(typed: str) -> str:
    """`join` or `leave` where that is what a line of the lobby says of a server; a title may begin like that, too."""
    verb, _, rest = typed.strip().partition(" ")
    if verb == "/leave" and not rest:
        return "leave"
    if verb not in ("/join", "/server"):
        return ""
    return "leave" if rest.strip() == "leave" else "join" if not rest or address_in(rest) else ""
