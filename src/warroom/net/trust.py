"""Whom to believe that they are who they say: the system's certificate authorities, and one file of one's own."""

import ssl

from .errors import NotSent


def trust(ca: str = "") -> ssl.SSLContext:
    """Verifies by the system's authorities, by those that SSL_CERT_FILE names, and by those in the file `ca`.

    Raises `NotSent`.
    """
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    try:
        if paths.cafile is None and paths.capath is None:  # a Python that brought none along
            import certifi

            context.load_verify_locations(certifi.where())
        if ca:
            context.load_verify_locations(ca)
    except (OSError, ssl.SSLError):
        raise NotSent(f"the file of certificates {ca} cannot be read" if ca else "there are no certificates") from None
    return context
