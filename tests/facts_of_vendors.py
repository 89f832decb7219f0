"""What the vendors take, in our own words: a small copy of the facts, which holds where theirs are not at hand.

vendor → "METHOD /path/{part}" → the headers and parameters as patterns, the body as a JSON schema (draft 4). Only what
is named may be sent, so that a misspelt field is found.
"""

from typing import Any


def text(most: int | None = None, least: int = 0, **more: Any) -> dict[str, Any]:
    form: dict[str, Any] = {"type": "string", **more}
    return form | ({"maxLength": most} if most is not None else {}) | ({"minLength": least} if least else {})


def table(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    form = {"type": "object", "properties": fields, "additionalProperties": False}
    return form | ({"required": list(required)} if required else {})


def many(item: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, **more}


def one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


ANY = r"(?s).+"
NUMBER = r"\d+"
YES_NO = "true|false"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
LINK = text(pattern="^https?://")

# ── PagerDuty, Events v2 ──

EVENT = table(
    ("routing_key", "event_action", "dedup_key"),  # the vendor makes up a missing dedup_key; we never leave it out
    routing_key=text(32, 32),
    event_action=one_of("trigger", "acknowledge", "resolve"),
    dedup_key=text(255, 1),
    payload=table(
        ("summary", "source", "severity"),
        summary=text(1024, 1),
        source=text(least=1),
        severity=one_of("critical", "error", "warning", "info"),
        timestamp=text(pattern=f"^{MOMENT}$"),
        component=text(),
        group=text(),
        custom_details={"type": "object"},
        **{"class": text()},
    ),
    client=text(),
    client_url=LINK,
    links=many(table(("href",), href=LINK, text=text())),
    images=many(table(("src",), src=LINK, href=LINK, alt=text())),
)
# A trigger says what happened.
EVENT["anyOf"] = [{"required": ["payload"]}, {"properties": {"event_action": {"enum": ["acknowledge", "resolve"]}}}]

EVENTS = {"POST /enqueue": {"headers": {"content-type": "application/json"}, "body": EVENT}}

# ── PagerDuty, REST v2 ──

READS = {"authorization": "Token token=.+", "accept": r"application/vnd\.pagerduty\+json;version=2"}
WRITES = READS | {"content-type": "application/json"}
NAMED = WRITES | {"from": r"[^@\s]+@[^@\s]+"}
PAGES = {"limit": "[1-9][0-9]?|100", "offset": NUMBER, "total": YES_NO}


def reference(*kinds: str) -> dict[str, Any]:
    return table(("id", "type"), id=text(least=1), type=one_of(*kinds))


BRIDGE = table(conference_number=text(), conference_url=LINK)
ASSIGNED = many(table(("assignee",), assignee=reference("user_reference")), minItems=1)
REST = {
    "GET /incidents": {
        "headers": READS,
        "params": PAGES
        | {"incident_key": ANY, "sort_by": "created_at:(asc|desc)", "date_range": "all", "include[]": "acknowledgers"},
    },
    "POST /incidents": {
        "headers": NAMED,
        "body": table(
            ("incident",),
            incident=table(
                ("type", "title", "service"),
                type=one_of("incident"),
                title=text(least=1),
                service=reference("service_reference"),
                urgency=one_of("high", "low"),
                incident_key=text(255, 1),
                body=table(("type", "details"), type=one_of("incident_body"), details={"type": "object"}),
                assignments=ASSIGNED,
                escalation_policy=reference("escalation_policy_reference"),
                conference_bridge=BRIDGE,
            ),
        ),
    },
    "PUT /incidents/{id}": {
        "headers": NAMED,
        "body": table(
            ("incident",),
            incident=table(
                ("type",),
                type=one_of("incident_reference"),
                status=one_of("acknowledged", "resolved"),
                resolution=text(),
                escalation_level={"type": "integer", "minimum": 1},
                conference_bridge=BRIDGE,
            ),
        ),
    },
    "GET /incidents/{id}": {"headers": READS},
    "GET /incidents/{id}/log_entries": {"headers": READS, "params": PAGES | {"is_overview": YES_NO}},
    "POST /incidents/{id}/notes": {
        "headers": NAMED,
        "body": table(("note",), note=table(("content",), content=text(least=1))),
    },
    "POST /incidents/{id}/status_updates": {
        "headers": NAMED,
        "body": table(("message",), message=text(least=1), subject=text(), html_message=text()),
    },
    "POST /incidents/{id}/responder_requests": {
        "headers": WRITES,
        "body": table(
            ("requester_id", "message", "responder_request_targets"),
            requester_id=text(least=1),
            message=text(),
            responder_request_targets=many(
                table(
                    ("responder_request_target",),
                    responder_request_target=reference("user_reference", "escalation_policy_reference"),
                ),
                minItems=1,
            ),
        ),
    },
    "GET /oncalls": {
        "headers": READS,
        "params": PAGES
        | {
            "schedule_ids[]": ANY,
            "escalation_policy_ids[]": ANY,
            "since": MOMENT,
            "until": MOMENT,
            "include[]": "users",
            "earliest": YES_NO,
        },
    },
    "GET /escalation_policies": {"headers": READS, "params": PAGES},
    "GET /schedules": {
        "headers": READS,
        "params": PAGES
        | {"include[]": "schedule_layers|overrides_subschedule|final_schedule", "since": MOMENT, "until": MOMENT},
    },
    "GET /users": {"headers": READS, "params": PAGES | {"include[]": "contact_methods"}},
    "GET /abilities": {"headers": READS},
}

# ── Opsgenie, Jira Service Management Operations ──

KEYED = {"authorization": "GenieKey .+"}
SENT = KEYED | {"content-type": "application/json"}
ALIAS = {"identifierType": "id|alias"}
RESPONDER = table(
    ("type",), type=one_of("team", "user", "escalation", "schedule"), id=text(), name=text(), username=text()
)
RESPONDER["anyOf"] = [{"required": [key]} for key in ("id", "name", "username")]
ACTION = table(user=text(100), source=text(100), note=text(25_000))
OPSGENIE = {
    "POST /v2/alerts": {
        "headers": SENT,
        "body": table(
            ("message", "alias"),
            message=text(130, 1),
            alias=text(512, 1),
            description=text(15_000),
            responders=many(RESPONDER, maxItems=50),
            tags=many(text(50), maxItems=20),
            details={"type": "object", "additionalProperties": text(8_000)},
            entity=text(512),
            source=text(100),
            priority=one_of("P1", "P2", "P3", "P4", "P5"),
            user=text(100),
            note=text(25_000),
        ),
    },
    "GET /v2/alerts": {"headers": KEYED, "params": {"limit": "[1-9][0-9]?|100", "query": ANY}},
    "GET /v2/alerts/requests/{requestId}": {"headers": KEYED},
    "GET /v2/alerts/{identifier}": {"headers": KEYED, "params": ALIAS},
    "POST /v2/alerts/{identifier}/acknowledge": {"headers": SENT, "params": ALIAS, "body": ACTION},
    "POST /v2/alerts/{identifier}/close": {"headers": SENT, "params": ALIAS, "body": ACTION},
    "GET /v2/schedules/{identifier}/on-calls": {
        "headers": KEYED,
        "params": {"flat": YES_NO, "scheduleIdentifierType": "id|name", "date": MOMENT},
    },
    "GET /v2/schedules/{identifier}/timeline": {
        "headers": KEYED,
        "params": {
            "interval": NUMBER,
            "intervalUnit": "days|weeks|months",
            "date": MOMENT,
            "identifierType": "id|name",
        },
    },
    "GET /v2/escalations": {"headers": KEYED},
    "GET /v2/schedules": {"headers": KEYED, "params": {"expand": "rotation"}},
    "GET /v2/users": {"headers": KEYED, "params": {"limit": "[1-9][0-9]?|100", "offset": NUMBER}},
    "GET /v2/users/{identifier}/contacts": {"headers": KEYED},
}

# ── Slack ──

BEARER = {"authorization": "Bearer .+"}
POSTED = BEARER | {"content-type": r"application/(json|x-www-form-urlencoded)(;.*)?"}
STAMP = text(pattern=r"^\d+\.\d+$")
# In a form every field is text; in JSON lists and tables stand as they are.
LIST = {"anyOf": [many({"type": "object"}), text(pattern=r"^\[")]}
TREE = {"anyOf": [{"type": "object"}, text(pattern=r"^\{")]}
FLAG = {"anyOf": [{"type": "boolean"}, one_of("true", "false")]}
COUNT = {"anyOf": [{"type": "integer"}, text(pattern="^[0-9]+$")]}
MESSAGE = {
    "channel": text(least=1),
    "text": text(40_000),
    "blocks": LIST,
    "metadata": TREE,
    "unfurl_links": FLAG,
    "unfurl_media": FLAG,
    "mrkdwn": FLAG,
    "parse": one_of("none", "full"),
    "link_names": FLAG,
}
HISTORY = {
    "channel": text(least=1),
    "limit": COUNT,
    "oldest": text(pattern=r"^\d+(\.\d+)?$"),
    "latest": text(pattern=r"^\d+(\.\d+)?$"),
    "inclusive": FLAG,
    "include_all_metadata": FLAG,
    "cursor": text(),
}
WORD = r"[\w.@:+-]+"
REACTION = table(
    ("channel", "timestamp", "name"),
    channel=text(least=1),
    timestamp=STAMP,
    name=text(pattern=r"^[a-z0-9_+'-]+$"),
)
SLACK: dict[str, Any] = {
    "POST /chat.postMessage": {
        "headers": POSTED,
        "body": table(
            ("channel", "text"), **MESSAGE, thread_ts=STAMP, reply_broadcast=FLAG, username=text(), icon_emoji=text()
        ),
    },
    "POST /chat.update": {"headers": POSTED, "body": table(("channel", "ts", "text"), **MESSAGE, ts=STAMP)},
    "POST /auth.test": {"headers": BEARER, "body": {"anyOf": [table(), {"type": "null"}]}},
    "GET /auth.test": {"headers": BEARER},
    "POST /pins.add": {
        "headers": POSTED,
        "body": table(("channel", "timestamp"), channel=text(least=1), timestamp=STAMP),
    },
    "GET /pins.list": {"headers": BEARER, "params": {"channel": WORD}},
    "POST /conversations.history": {"headers": POSTED, "body": table(("channel",), **HISTORY)},
    "POST /conversations.replies": {"headers": POSTED, "body": table(("channel", "ts"), **HISTORY, ts=STAMP)},
    "POST /conversations.open": {
        "headers": POSTED,
        "body": table(("users",), users=text(least=1), return_im=FLAG, prevent_creation=FLAG),
    },
    "POST /conversations.create": {"headers": POSTED, "body": table(("name",), name=text(80, 1), is_private=FLAG)},
    "POST /conversations.invite": {
        "headers": POSTED,
        "body": table(("channel", "users"), channel=text(least=1), users=text(least=1)),
    },
    "POST /conversations.setTopic": {
        "headers": POSTED,
        "body": table(("channel", "topic"), channel=text(least=1), topic=text(250)),
    },
    "POST /conversations.setPurpose": {
        "headers": POSTED,
        "body": table(("channel", "purpose"), channel=text(least=1), purpose=text(250)),
    },
    "POST /reactions.add": {"headers": POSTED, "body": REACTION},
    "POST /reactions.remove": {"headers": POSTED, "body": REACTION},
    # With the app's own token and no other: https://api.slack.com/methods/apps.connections.open
    "POST /apps.connections.open": {
        "headers": {"authorization": "Bearer xapp-.+"},
        "body": {"anyOf": [table(), {"type": "null"}]},
    },
    "GET /users.conversations": {
        "headers": BEARER,
        "params": {
            "types": r"(public_channel|private_channel|mpim|im)(,(public_channel|private_channel|mpim|im))*",
            "exclude_archived": YES_NO,
            "limit": r"[1-9]\d{0,2}",
            "cursor": WORD,
            "user": WORD,
        },
    },
    "GET /conversations.history": {"headers": BEARER, "params": dict.fromkeys(HISTORY, WORD)},
    "GET /conversations.replies": {"headers": BEARER, "params": dict.fromkeys(HISTORY, WORD) | {"ts": r"\d+\.\d+"}},
    "GET /conversations.info": {"headers": BEARER, "params": {"channel": WORD, "include_locale": YES_NO}},
    "GET /reactions.get": {"headers": BEARER, "params": {"channel": WORD, "timestamp": r"\d+\.\d+", "full": YES_NO}},
    "GET /users.lookupByEmail": {"headers": BEARER, "params": {"email": r"[^@\s]+@[^@\s]+"}},
    "GET /users.info": {"headers": BEARER, "params": {"user": WORD}},
}

# ── GitHub, REST ──

HUB = {"authorization": "Bearer .+", "accept": r"application/vnd\.github\+json", "x-github-api-version": r"2022-11-28"}
PER_PAGE = "[1-9][0-9]?|100"
GITHUB = {
    "POST /repos/{owner}/{repo}/issues": {
        "headers": HUB | {"content-type": "application/json"},
        "body": table(
            ("title",),
            title=text(256, 1),
            body=text(65_536),
            labels=many(text(50, 1)),
            assignees=many(text(least=1)),
        ),
    },
    "GET /repos/{owner}/{repo}/issues": {
        "headers": HUB,
        "params": {
            "state": "open|closed|all",
            "sort": "created|updated|comments",
            "direction": "asc|desc",
            "since": MOMENT,
            "per_page": PER_PAGE,
            "page": NUMBER,
        },
    },
    "GET /repos/{owner}/{repo}/issues/{number}": {"headers": HUB},
    "GET /search/issues": {"headers": HUB, "params": {"q": ".{1,256}", "per_page": PER_PAGE, "page": NUMBER}},
    "GET /rate_limit": {"headers": HUB},
}

# ── Jira Cloud, REST v3 ──

BASIC = {"authorization": "Basic [A-Za-z0-9+/]+=*", "accept": "application/json"}
PARAGRAPH = table(
    ("type", "content"),
    type=one_of("paragraph"),
    content=many(table(("type", "text"), type=one_of("text"), text=text(least=1))),
)
JIRA = {
    "POST /rest/api/3/issue": {
        "headers": BASIC | {"content-type": "application/json"},
        "body": table(
            ("fields",),
            fields=table(
                ("project", "issuetype", "summary"),
                project=table(("key",), key=text(pattern="^[A-Z][A-Z0-9_]+$")),
                issuetype=table(("name",), name=text(least=1)),
                summary=text(255, 1, pattern=r"^[^\n\r]*$"),
                description=table(
                    ("type", "version", "content"),
                    type=one_of("doc"),
                    version={"enum": [1]},
                    content=many(PARAGRAPH),
                ),
                labels=many(text(255, 1, pattern=r"^\S+$")),
            ),
        ),
    },
    "GET /rest/api/3/search/jql": {
        "headers": BASIC,
        "params": {"jql": ANY, "fields": r"[\w,*]+", "maxResults": NUMBER, "nextPageToken": ANY},
    },
    "GET /rest/api/3/issue/{key}": {"headers": BASIC, "params": {"fields": r"[\w,*]+"}},
    "GET /rest/api/3/myself": {"headers": BASIC},
}

FACTS: dict[str, dict[str, dict[str, Any]]] = {
    "pagerduty-events": EVENTS,
    "pagerduty-rest": REST,
    "opsgenie": OPSGENIE,
    "slack": SLACK,
    "github": GITHUB,
    "jira": JIRA,
}
