"""The signs that stand beside the words, and what each becomes on a terminal that draws them wide.

Every sign is one cell in both, so that nothing moves between the two.
"""

SEVERITY = "■"
IMPACT = "▲"
DECLARED = "◆"
PAGED = "↗"
DONE = "√"
FAILED = "✗"
OBSERVED = "⊙"
DECISION = "⚑"
ACTION = "▸"
UPDATE = "≡"
NOTE = "·"
RULED_OUT = "⊘"
OPEN = "○"
NEXT = "→"
ENTER = "↵"
MORE = "…"
BELOW = "↓"
TRACK = "━"
REST = "─"
MARK = "◇"
ROLE = "◦"
BACK = "↩"
REDACTED = "▒"
ESCALATED = "⇑"
SNOOZED = "z"
CALLED_OFF = "⊗"
PAGER = "◈"
CLOCK = "±"
SAID = "»"
UNSENT = "↑"

# Only what the console draws itself: letters of any script are what somebody wrote, and stay.
_ASCII = {
    "■": "#",
    "▲": "^",
    "△": "^",
    "◆": "*",
    "◇": "*",
    "◦": "@",
    "●": "*",
    "↗": "/",
    "√": "+",
    "✓": "+",
    "✗": "x",
    "⊙": "o",
    "⚑": "!",
    "▸": ">",
    "▾": "v",
    "≡": "=",
    "»": ">",
    "·": "-",
    "•": "*",
    "⊘": "/",
    "⇑": "^",
    "⊗": "x",
    "◈": "@",
    "○": "o",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "↵": "<",
    "⏎": "/",
    "↩": "<",
    "…": "~",
    "›": ">",
    "‹": "<",
    "×": "x",
    "–": "-",
    "—": "-",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "±": "+",
    "≤": "<",
    "≥": ">",
    "␛": "?",
    "�": "?",
    "█": "#",
    "▁": ".",
    "▂": ".",
    "▃": ":",
    "▄": ":",
    "▅": "+",
    "▆": "+",
    "▇": "#",
    "░": ".",
    "▒": ":",
    "▓": "#",
}
_BOXES = {
    "-": "─╌╴╶┄┈",
    "=": "━═╍╸╺",
    "|": "│┃║╎╵╷┆┊▏▎▍▌▋▊▉▐▕",
    "+": "╭╮╯╰┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬",
    "_": "▔",
}
TABLE = str.maketrans(_ASCII | {box: plain for plain, boxes in _BOXES.items() for box in boxes})


def plain(text: str) -> str:
    """`text` with the console's own signs in ASCII, cell for cell."""
    return text if text.isascii() else text.translate(TABLE)
