"""A drill's report as Markdown. What people wrote is literal text in it."""

from collections.abc import Iterable
from typing import Any

from .markdown import literal

_SIGN = {"met": "✓ met", "late": "~ late", "missed": "✗ missed"}
GROUPS = {
    "command": "Command",
    "escalation": "Escalation",
    "communication": "Communication",
    "facts": "Facts",
    "decisions": "Decisions",
}


def spelt(span: str | None) -> str:
    """`PT6M12S` as `6m12s`."""
    if span is None:
        return "never"
    plain = span.replace("PT", "").lower()
    return plain.replace("h", "h ").replace("m", "m ").strip().replace(" ", "")


def markdown(data: dict[str, Any]) -> str:
    """The report as a document: head, points by group with what each rests on, then what to talk about."""
    better = _section("Next time", (literal(row) for row in data["next_time"]))
    return "\n".join([*_head(data), *better, *_points(data), *_rest(data)]) + "\n"


def _head(data: dict[str, Any]) -> list[str]:
    drill = data["drill"]
    facts = [
        ("Level", f"{drill['level']}, at most {drill['minutes']} min, ran {spelt(drill['ran'])}"),
        ("Trains", ", ".join(drill["trains"])),
        ("Seed", str(drill["seed"]) + (f", variant {drill['variant']}" if drill["variant"] else "")),
        ("Practised by", drill["who"] or ""),
        ("Roles", "; ".join(f"{row['role']} {row['who']}" for row in data["roles"])),
        ("Ended", drill["ended"] or "it is still running"),
    ]
    rows = [f"- **{name}** {literal(value)}" for name, value in facts if value]
    return [f"# Drill: {literal(drill['title'])}", "", *rows, "", f"_{literal(data['how'])}_", ""]


def _points(data: dict[str, Any]) -> list[str]:
    out = []
    for group, title in GROUPS.items():
        found = [point for point in data["points"] if point["group"] == group]
        if not found:
            continue
        out += [f"## {title}", ""]
        for point in found:
            out += _point(point, data["compared"])
        out.append("")
    if data["not_tested"]:
        names = ", ".join(literal(row["what"]) for row in data["not_tested"])
        out += ["## Not tested", "", f"The drill never came to these, and they are held against nobody: {names}.", ""]
    return out


def _point(point: dict[str, Any], compared: dict[str, Any]) -> list[str]:
    about = f" ({literal(point['about'])})" if point["about"] else ""
    since = f" after “{literal(point['since'])}”" if point["since"] else ""
    took = f"after {spelt(point['took'])}" if point["took"] else "it never came"
    lines = [
        f"- **{_SIGN[point['band']]}** {literal(point['what'])}{about}: {took}{since}; "
        f"met until {spelt(point['by'])}, late until {spelt(point['late_by'])}. `{point['id']}`"
    ]
    if fact := point["fact"]:
        who = f"{literal(fact['by'])}" + (f" of {literal(fact['who'])}" if fact["who"] else "")
        lines.append(
            f"  - Rests on fact {fact['n']}, T+{spelt(fact['at'])}: **{literal(fact['kind'])}** {who}: "
            f"{literal(fact['text'])}"
        )
    if point["other_way"]:
        lines.append(f"  - Another good way: {literal(point['other_way'])}")
    if point["band"] != "met":
        lines += [f"  - On the screen then: {literal(row)}" for row in point["screen"][:4]]
        why = literal(point["why"] or "")
        source = f" ({literal(point['source'])})" if point["source"] else ""
        lines += [f"  - Why: {why}{source}"] if why else []
        lines += [f"  - Next time: {literal(point['better'])}"] if point["better"] else []
    lines += [f"  - Contested by {literal(row['by'])}: {literal(row['why'])}" for row in point["contested"]]
    before = [run["bands"].get(point["id"]) for run in compared["earlier"]]
    if told := [band for band in before if band]:
        lines.append(f"  - Your earlier runs, latest first: {', '.join(told)}")
    return lines


def _rest(data: dict[str, Any]) -> list[str]:
    out: list[str] = []
    record = data["recording"]
    if record["late_entries"]:
        out += [
            "## Written down later than it happened",
            "",
            f"Told apart, and held against nobody: {record['late_entries']} entries, median {spelt(record['median'])}, "
            f"longest {spelt(record['longest'])}.",
            "",
        ]
    out += _section("Noted by the game master", _observations(data["observations"]))
    out += _section("To talk about", (literal(question) for question in data["questions"]))
    out += _section(
        "What happened in this world",
        (
            f"T+{spelt(row['at'])} {literal(row['kind'])}: {literal(row['text'])}"
            + (" **(it was not so)**" if row.get("wrong") else "")
            for row in data["happened"]
        ),
    )
    if data["truth"]:
        out += ["## The truth", "", literal(data["truth"]), ""]
    out += _section("Built on", (literal(source) for source in data["sources"]))
    if data["compared"]["simulated"]:
        out += _simulated(data)
    out += _section(
        "Not possible in the script", (f"line {r['line']}: {literal(r['why'])}" for r in data["script_refused"])
    )
    out += _section("The rules", (_rule(row) for row in data["rules"]))
    return out


def _section(title: str, rows: Iterable[str]) -> list[str]:
    found = list(rows)
    return [f"## {title}", "", *(f"- {row}" for row in found), ""] if found else []


def _observations(rows: list[dict[str, Any]]) -> list[str]:
    return [f"T+{spelt(row['at'])} {literal(row['by'])}: {literal(row['what'])}" for row in rows]


def _simulated(data: dict[str, Any]) -> list[str]:
    """Each point beside what simulated commanders made of it: no count and no rank."""
    names = list(data["compared"]["simulated"])
    out = ["## Beside simulated commanders", "", "They show what the scenario asks for; nobody is ranked.", ""]
    out += ["| point | here | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for point in data["points"]:
        cells = [data["compared"]["simulated"][name].get(point["id"], "·") for name in names]
        out.append(f"| `{point['id']}` | {point['band']} | " + " | ".join(cells) + " |")
    return [*out, ""]


def _rule(row: dict[str, Any]) -> str:
    check = literal(row["check"] or f"measure: {row['measure']}")
    source = f" Source: {literal(row['source'])}." if row["source"] else ""
    counts = row["counts_from"]
    return (
        f"`{row['id']}` {literal(row['what'])}: met until {spelt(row['by'])}, late until {spelt(row['late_by'])}, "
        f"counted from {literal(counts)}; {check}. {literal(row['why'] or '')}{source}"
    )
