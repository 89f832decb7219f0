"""What PagerDuty and Opsgenie would export, and the way from there to a library that has read our files."""

import json
from pathlib import Path

from warroom.channels.importers import Imported, write
from warroom.config.check import check
from warroom.config.load import Library
from warroom.config.paths import find


def user(id: str, name: str, phone: str = "", **more: object) -> dict:
    email = f"{name.split()[0].lower()}@example.org"
    methods = [{"type": "email_contact_method", "address": email}]
    if phone:
        methods.append({"type": "phone_contact_method", "country_code": 44, "address": phone})
    found = {"id": id, "type": "user", "name": name, "email": email, "time_zone": "Europe/London"}
    return found | {"contact_methods": methods} | more


def layer(*users: str, **more: object) -> dict:
    about = {"start": "2026-11-01T00:00:00Z", "end": None, "rotation_virtual_start": "2026-11-02T09:00:00+00:00"}
    about |= {"rotation_turn_length_seconds": 604_800, "restrictions": []}
    return about | {"users": [{"user": {"id": id, "type": "user_reference"}} for id in users]} | more


def pagerduty() -> dict:
    return {
        "users": [
            user("PANA", "Ana Díaz", "2079460001"),
            user("PIVO", "Ivo Kos"),
            user("PLEE", 'Lee \x1b[31m"Red" Ng'),
        ],
        "schedules": [
            {"id": "PWEB", "name": "Web", "time_zone": "Europe/London", "schedule_layers": [layer("PANA", "PIVO")]},
            {
                "id": "PDB",
                "name": "Database",
                "time_zone": "Europe/London",
                "schedule_layers": [layer("PANA", restrictions=[{"type": "daily_restriction"}])],
            },
        ],
        "escalation_policies": [
            {
                "id": "PEP",
                "name": "Checkout / payments",
                "num_loops": 2,
                "teams": [{"id": "PT", "summary": "Payments"}],
                "escalation_rules": [
                    {"escalation_delay_in_minutes": 5, "targets": [{"id": "PWEB", "type": "schedule_reference"}]},
                    {
                        "escalation_delay_in_minutes": 10,
                        "targets": [
                            {"id": "PLEE", "type": "user_reference"},
                            {"id": "PDB", "type": "schedule_reference"},
                        ],
                        "escalation_rule_assignment_strategy": "round_robin",
                    },
                    {"escalation_delay_in_minutes": 10, "targets": [{"id": "PX", "type": "robot_reference"}]},
                ],
            }
        ],
    }


def opsgenie() -> dict:
    def rule(minutes: int, **recipient: str) -> dict:
        delay = {"timeAmount": minutes, "timeUnit": "minutes"}
        return {"condition": "if-not-acked", "notifyType": "default", "delay": delay, "recipient": recipient}

    people = [
        {"type": "user", "id": "u1", "username": "ana@example.org"},
        {"type": "user", "id": "u2", "username": "ivo@x.org"},
    ]
    weekly = {"id": "r1", "type": "weekly", "length": 1, "startDate": "2026-11-02T09:00:00Z", "participants": people}
    return {
        "users": [
            {"id": "u1", "username": "ana@example.org", "fullName": "Ana Díaz", "timeZone": "Europe/London"},
            {"id": "u2", "username": "ivo@x.org", "fullName": "Ivo Kos", "timeZone": "Mars/Olympus"},
        ],
        "schedules": [
            {"id": "s1", "name": "web", "timezone": "Europe/London", "enabled": True, "rotations": [weekly]},
            {"id": "s2", "name": "db", "timezone": "Europe/London", "rotations": [weekly, weekly]},
        ],
        "escalations": [
            {
                "id": "e1",
                "name": "Checkout",
                "ownerTeam": {"id": "t1", "name": "Payments"},
                "rules": [
                    rule(0, type="schedule", id="s1", name="web"),
                    rule(0, type="user", id="u2", username="ivo@x.org"),
                    rule(10, type="schedule", id="s2", name="db"),
                    rule(20, type="team", id="t1", name="Payments"),
                ],
                "repeat": {"count": 3, "waitInterval": 5},
            }
        ],
    }


def save(folder: Path, tree: object, name: str = "export.json") -> str:
    file = folder / name
    file.write_text(tree if isinstance(tree, str) else json.dumps(tree))
    return str(file)


def read_back(imported: Imported, home: Path) -> Library:
    """The library that reads what was written; nothing in one's own files may be wrong."""
    paths = find({"WARROOM_HOME": str(home)})
    write(imported, paths.config)
    assert [str(problem) for problem in check(paths)] == []
    library = Library(paths)
    library.read_all()
    return library


def says(imported: Imported, *words: str) -> bool:
    return any(all(word in sentence for word in words) for sentence in imported.left)
