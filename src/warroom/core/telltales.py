"""What gives a secret away: the forms that keys, tokens, passwords and numbers of cards have in text.

Any text takes time in proportion to its length: every repetition in a pattern is bounded, or what it runs over is taken
for good. No pattern is compiled before something hints at it, which in most entries nothing does.
"""

import re
from collections.abc import Callable
from functools import cache

import msgspec

MASK = "‹masked›"
PASSWORD, NAMED, TOKEN, KEY = "a password", "a password or a key", "a token", "a key"
PRIVATE_KEY, HEADER, CARD, ACCOUNT = "a private key", "an authorization header", "a card number", "an account number"


class Rule(msgspec.Struct, frozen=True):
    """`mask` returns the text and how often it changed it. It is asked only where one of the `hints` is there."""

    kind: str
    hints: tuple[str, ...]
    mask: Callable[[str], tuple[str, int]]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    # Compiling all of them would cost every start more than everything else does.
    return re.compile(pattern)


def _all(pattern: str, judge: Callable[[str], bool] | None = None) -> Callable[[str], tuple[str, int]]:
    """Masks the group `secret` of each match, or the whole of it, where `judge` says that it is one."""

    def mask(said: str) -> tuple[str, int]:
        parts: list[str] = []
        at = 0
        count = 0
        for match in compiled(pattern).finditer(said):
            group: str | int = "secret" if "secret" in match.re.groupindex else 0
            value = match[group]
            if MASK in value or (judge and not judge(value)):
                continue
            parts += (said[at : match.start(group)], MASK)
            at = match.end(group)
            count += 1
        return ("".join((*parts, said[at:])), count) if count else (said, 0)

    return mask


# ── private keys ──

PEM_BEGIN = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----"
PEM_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----"


def _private_keys(said: str) -> tuple[str, int]:
    parts: list[str] = []
    at = 0
    while begin := compiled(PEM_BEGIN).search(said, at):
        end = compiled(PEM_END).search(said, begin.end())
        parts += (said[at : begin.start()], MASK)
        # One without an end was cut: what follows may be the key.
        at = end.end() if end else len(said)
    return ("".join((*parts, said[at:])), len(parts) // 2) if parts else (said, 0)


# ── what is named a secret ──

_STRONG = r"passw(?:or)?d|passphrase|passwd|pwd"
_WEAK = (
    r"secret|token|credential|(?:api|access|account|auth|private|signing|encryption|license|master|shared)[_ -]?key"
    r"|pass"
)
_NAMED = (
    rf"(?ia)(?:(?P<strong>{_STRONG})|(?:{_WEAK}))(?P<rest>[\w.-]{{0,40}})"
    r"(?P<sep>\\{0,3}[\"']?(?:[ \t]{0,8}(?:=>|:=|=|:|(?P<tag>>))[ \t]{0,8}"
    r"|,?\s{1,60}[\"']?value[\"']?[ \t]{0,4}:[ \t]{0,4}"
    r"|(?P<is>[ \t]{1,4}(?:is|was)[ \t]{1,4})|[ \t]{1,4}(?=')))"
)
# What these words name is about a secret, and is none.
_ABOUT = (
    r"(?ia)[\W_\d]*(?:(?:s|names?|ids?|counts?|polic\w+|types?|len(?:gth)?|limits?|used|usage|expir\w*|ttl|ur[il]|path|dir"
    r"|files?|ref|version|bucket|i[sz]e[rd]?s?|i[sz]ing|i[sz]ation|age|reset\w*|algorithm|rotation|rotated|required|enabled|min|max|field|column|label"
    r"|store|manager|provider|requests?|per\w*|issuer|endpoint|authentication|less|ed|ing)(?:[_.-]\w*)?)$"
)
_PLACEHOLDER = (
    r"(?ia)(?:true|false|null|nil|none|yes|no|n/a|ok|str|string|bytes|required|optional|changed|unchanged|rotated|expired"
    r"|reset|wrong|right|incorrect|correct|invalid|valid|unknown|known|missing|empty|hidden|redacted|masked|removed|failed"
    r"|rejected|accepted|denied|set|unset|default|sent|here|there|this|that|the|an?|is|was|in|on|of|to|and|or|not|x{3,}|\*+|\.{2,}|-+|_+)$"
)
_NOT_VALUES = ("${", "$(", "{{", "<", "%(", "…")
_QUOTED = {'"': r'(?:[^"\\\r\n]|\\.){0,1024}(?=")', "'": r"(?:[^'\\\r\n]|\\.){0,1024}(?=')"}
_OPEN = r"\\{0,3}[\"']"
_BARE = r"[^\s\"',;&<]{1,128}"
_REST = r"[^\s\"',;&<]*"
_PLAIN_NAME = r"(?a)[a-z]+(?:[-_./:][a-z0-9]+)*$"
_A_TIME = r"(?ia)(?:\d{4}-\d\d-\d\d.*|[\d.,:]+ ?[a-z%]{0,4}(?:/[a-z]+)?)$"
_PROSE = r"[ \t]+[A-Za-z]{2,}"


def _named(said: str) -> tuple[str, int]:
    parts: list[str] = []
    done = at = count = 0
    while found := compiled(_NAMED).search(said, at):
        at = found.start("rest")
        rest = found["rest"]
        if said[at - 4 : at].lower() == "pass" and said[found.start() - 1 : found.start()].isalnum():
            continue  # a compass, a bypass
        begin, end, quoted = _value(said, found.end())
        value = said[begin:end]
        if not value or MASK in value or (rest and compiled(_ABOUT).match(rest) and not _opaque(value)):
            continue
        if not _told(found, said, value, end, quoted):
            continue
        if not quoted:
            more = compiled(_REST).match(said, end)
            end = more.end() if more else end
        parts += (said[done:begin], MASK)
        done = at = end
        count += 1
    return ("".join((*parts, said[done:])), count) if count else (said, 0)


def _value(said: str, at: int) -> tuple[int, int, bool]:
    """Where the value at `at` begins and ends, and whether it is in quotes."""
    if opening := compiled(_OPEN).match(said, at):
        quote, begin = opening[0], opening.end()
        if len(quote) == 1:
            inside = compiled(_QUOTED[quote]).match(said, begin)
            if inside:
                return begin, inside.end(), True
        elif (close := said.find(quote, begin, begin + 1024)) >= 0:
            return begin, close, True
        at = begin
    bare = compiled(_BARE).match(said, at)
    if not bare:
        return at, at, False
    return at, at + len(bare[0].rstrip(".,:!?)]}\\")), False


def _told(found: "re.Match[str]", said: str, value: str, end: int, quoted: bool) -> bool:
    """Whether what stands behind this name is the secret itself."""
    if value.startswith(_NOT_VALUES) or compiled(_PLACEHOLDER).match(value):
        return False
    if found["is"]:
        return bool(found["strong"]) and len(value) >= 5 and _mixed(value)
    if found["tag"] and said[end : end + 1] != "<":
        return False
    if not found["strong"]:
        if said[found.start() - 1 : found.start()] == ":" and found["sep"] == ":":
            return False  # a part of an address such as arn:…:secret:…
        return _opaque(value) or (quoted and "=" in found["sep"] and len(value) >= 8 and " " not in value)
    if found[0][:3].lower() == "pwd" and value.startswith(("/", "~")):
        return False
    if quoted or "=" in found["sep"]:
        return len(value) >= 3
    if value.isalpha() and compiled(_PROSE).match(said, end):
        return False
    return len(value) >= 3


def _mixed(value: str) -> bool:
    return bool(compiled("[0-9]").search(value) and compiled("[A-Za-z]").search(value))


def _opaque(value: str) -> bool:
    """Whether nobody would write this as a word, a name, a number, a time or a place."""
    if len(value) < 8 or "://" in value or value.startswith(("/", "./", "~/")):
        return False
    if compiled(_PLAIN_NAME).match(value) or compiled(_A_TIME).match(value):
        return False
    return _mixed(value) or (len(value) >= 16 and bool(compiled("[+/=]").search(value)) and value != value.lower())


# ── numbers ──


def _is_card(number: str) -> bool:
    marks = {c for c in number if not c.isdigit()}
    groups = tuple(len(group) for group in re.split("[ -]", number))
    digits = "".join(c for c in number if c.isdigit())
    if len(marks) > 1 or (marks and groups not in _GROUPS):
        return False
    size = len(digits)
    if not any(size in sizes and compiled(begins).match(digits) for begins, sizes in _ISSUERS):
        return False
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(c), 10)) for c in digits[-2::-2])
    return total % 10 == 0


_GROUPS = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 4, 5), (6, 13), (8, 8))
_ISSUERS = (
    ("4", (13, 16, 19)),
    ("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),
    ("3[47]", (15,)),
    ("6011|64[4-9]|65|62", (16, 17, 18, 19)),
    ("30[0-5]|3[68]", (14,)),
    ("35(?:2[89]|[3-8])", (16, 17, 18, 19)),
    ("50|5[678]|6[37]", (16, 17, 18, 19)),
)
_LENGTHS = {
    size: tuple(names.split())
    for size, names in (
        *((15, "NO"), (16, "BE"), (18, "DK FI NL"), (19, "MK SI"), (20, "AT BA EE KZ LT LU"), (21, "CH HR LI LV")),
        *(
            (22, "BG DE GB GE IE ME RS"),
            (23, "AE GI IL"),
            (24, "CZ ES MD PK RO SA SE SK TN"),
            (25, "PT"),
            (26, "IS TR"),
        ),
        *((27, "FR GR IT MC SM"), (28, "AL AZ CY DO GT HU LB PL"), (29, "BR PS QA UA"), (30, "JO KW MU"), (31, "MT")),
    )
}


def _is_account(number: str) -> bool:
    plain = number.replace(" ", "")
    if plain[:2] not in _LENGTHS.get(len(plain), ()):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _cards(said: str) -> tuple[str, int]:
    if len(said) < 13 or (len(said) < 4096 and sum(map(str.isdigit, said)) < 13):
        return said, 0
    return _all(r"(?a)(?<![\w.+-])\d(?:[ -]?\d){12,18}(?![\w+]|[.-]\d)", _is_card)(said)


# ── the rules, the most certain first ──

RULES = (
    Rule(PRIVATE_KEY, ("private key",), _private_keys),
    Rule(
        HEADER,
        ("authorization",),
        _all(
            r"(?ia)authorization\\{0,3}[\"']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,3}[\"']?"
            r"(?P<secret>(?:basic|bearer|token|digest|negotiate|apikey|key|geniekey|oauth|splunk|aws4-hmac-sha256)"
            r"[ \t]{1,4}[^\r\n\"'\\]{4,})",
            lambda value: any(map(_strange, value.split()[1:4])),
        ),
    ),
    Rule(HEADER, ("authorization",), _all(r"(?ia)authorization:[ \t]{0,8}(?P<secret>[^\s\"',]{8,})", _opaque)),
    Rule(HEADER, ("cookie",), _all(r"(?ia)cookie:[ \t]{0,8}(?P<secret>[\w.-]{1,64}=[^\r\n\"']{4,})")),
    Rule(TOKEN, ("bearer ",), _all(r"(?ia)\bbearer[ ]{1,4}(?P<secret>[\w.~+/=-]{8,})", lambda value: _strange(value))),
    Rule(
        KEY,
        ("akia", "asia", "aiza"),
        _all(r"(?a)(?<![A-Za-z0-9_])(?:(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9_])|AIza[\w-]{35})"),
    ),
    Rule(
        TOKEN,
        *(("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "xapp-", "glpat-", "glrt-", "npm_", "pypi-"),),
        _all(
            r"(?a)(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{20,}"
            r"|gl(?:pat|rt)-[\w.-]{20,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,})"
        ),
    ),
    Rule(
        KEY,
        ("sk_", "rk_", "sk-", "whsec_", "hvs.", "dop_v1_", "shpat_", "sg.", "age-secret-key-"),
        _all(
            r"(?a)(?<![A-Za-z0-9_-])(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-(?:ant-|proj-)?[\w-]{0,20}[A-Za-z0-9]{20}[\w-]*"
            r"|whsec_[\w+/=]{16,}|hvs\.[\w-]{24,}|dop_v1_[a-f0-9]{64}|shpat_[a-f0-9]{32}|SG\.[\w-]{16,64}\.[\w-]{16,}"
            r"|AGE-SECRET-KEY-1[A-Z0-9]{50,})"
        ),
    ),
    Rule(TOKEN, ("eyj",), _all(r"(?a)(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+")),  # a JSON web token
    Rule(
        KEY,
        ("hooks.slack.com/", "api/webhooks/"),
        _all(r"(?ia)(?:hooks\.slack\.com/(?:services|workflows)/|/api/webhooks/)(?P<secret>[\w/-]{16,})"),
    ),
    Rule(
        KEY,
        ("sig=", "signature="),
        _all(r"(?ia)[?&](?:sig|x-amz-signature|x-goog-signature)=(?P<secret>[\w%+/=-]{16,})"),
    ),
    Rule(PASSWORD, ("://",), _all(r"://[^\s/:@]{0,128}:(?P<secret>[^\s/@]{1,512})(?=@)")),
    Rule(
        PASSWORD,
        ("-u", "--user"),
        _all(
            r"(?a)(?<!\S)(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,64}:(?P<secret>[^\s\"':]{3,256})",
            lambda value: _strange(value),
        ),
    ),
    Rule(PASSWORD, ("identified by",), _all(r"(?i)identified by '(?P<secret>[^'\r\n]{1,256})'")),
    Rule(
        PASSWORD,
        ("--pass", "--token", "--secret", "--api", "--client-secret", "--auth"),
        _all(
            r"(?ia)--(?:[a-z]{1,12}-)?(?:pass(?:word|phrase|wd)?|token|secret|api-?key)"
            r"[ ]{1,2}(?P<secret>[^\s\"'-][^\s\"']{2,})",
            lambda value: _strange(value),
        ),
    ),
    Rule(NAMED, ("passw", "passphrase", "pwd", "pass", "secret", "token", "credential", "key"), _named),
    Rule(CARD, (), _cards),
    Rule(
        ACCOUNT,
        (),
        _all(r"(?a)(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", _is_account),
    ),
)


def _strange(value: str) -> bool:
    """Whether this is no word that a sentence could go on with."""
    words = value.islower() or value.istitle() or value.isupper()
    return _mixed(value) or "=" in value or (not words and any(c.isalpha() for c in value))
