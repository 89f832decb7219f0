"""An incident from the declaration to its end, with nothing but the command line."""

import re

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_an_incident_is_run_from_declaration_to_close(warroom):
    made = warroom.ok("declare", "Checkout returns 500s", "-s", "sev2", "--service", "payments-db", "--json").json
    assert set(made) == {"id", "handle", "path"}
    assert made["handle"] == "INC-" + made["id"][:4]

    first = warroom.ok("log", "p99 of checkout is at 9 s").line
    late = warroom.ok("log", "-k", "observed", "--at", "-3m", "--who", "ivo", "errors since the deploy").line
    decided = warroom.ok("log", "--kind", "decision", "roll", "back", "9f2c").line
    acted = warroom.ok("log", "-k", "action", "--who", "ivo", "rolled back 9f2c").line
    assert len({first, late, decided, acted}) == 4

    warroom.ok("tick", "1")
    warroom.ok("assign", "commander", "ana")
    warroom.ok("assign", "scribe", "lee")
    warroom.ok("impact", "38 % of card checkouts fail", "--scope", "cards only", "--since", "-10m")
    escalated = warroom.ok("escalate", "2", "--why", "the database lead is needed")
    assert "nothing is sent" in escalated.err.lower()
    assert warroom.ok("status", "--json").json["escalation"]["calling_level"] == 2
    warroom.ok("ack", "--who", "dana")

    status = warroom.ok("status", "--json").json
    assert status["handle"] == made["handle"]
    assert (status["severity"], status["phase"], status["entries"]) == ("SEV2", "investigating", 4)
    assert status["impact"] == "38 % of card checkouts fail (cards only)"
    assert (status["roles"]["commander"], status["roles"]["scribe"], status["roles"]["deputy"]) == ("ana", "lee", None)
    assert status["checklist"]["done"] == 1
    assert status["checklist"]["items"][0]["state"] == "done"
    assert status["escalation"]["acknowledged_by"] == "dana"
    assert ISO.fullmatch(status["declared_at"])

    rows = warroom.ok("timeline", "--json").json
    by_id = {row["id"]: row for row in rows}
    assert (by_id[late]["who"], by_id[late]["by"], by_id[late]["kind"]) == ("ivo", "ana", "observed")
    assert by_id[late]["at"] < by_id[first]["at"] < by_id[late]["rec"]
    assert rows[0]["id"] == late
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)

    warroom.ok("resolve", "errors are back to 0.1 %")
    warroom.ok("close")
    status = warroom.ok("status", "-i", made["handle"], "--json").json
    assert (status["phase"], status["due"], status["escalation"]["status"]) == ("closed", [], "stopped")
    assert warroom.ok("verify", made["handle"]).out.startswith(made["handle"] + ": ok")
    assert warroom.ok("log", "-i", made["handle"], "the review is on Tuesday").line
    assert warroom("tick", "2", "-i", made["handle"]).code == 4


def test_every_other_verb_does_its_work(incident):
    do = incident.ok
    do("severity", "1", "--why", "every region")
    do("phase", "mitigating")
    do("milestone", "detected", "--at", "-5m")
    do("bridge", "https://meet.example/k3f9")
    do("service", "payments")
    do("service", "payments-db", "--off")
    do("rename", "Checkout fails for cards")
    do("skip", "2", "no replica here")
    do("untick", "2")
    do("task", "@ivo", "look at", "locks", "--in", "10m")
    do("extend", "ivo", "20m")
    do("done", "ivo", "nothing is locked")
    do("offer", "commander", "lee")
    do("accept", "--by", "lee")
    do("poll", "cancel the vacuum")
    do("object", "--who", "ivo", "the replica rebuilds")
    do("ask", "is data lost?", "--who", "legal")
    do("answer", "1", "no, only late")
    do("update", "Card payments fail.", "--next", "20m")
    do("snooze", "10m", "the vendor is on it")
    do("attach", "playbook", "vendor")
    assert do("conflicts").err == "No conflicts.\n"
    status = do("status", "--json").json
    assert (status["title"], status["severity"], status["phase"]) == ("Checkout fails for cards", "SEV1", "mitigating")
    assert (status["services"], status["bridge"]) == (["payments"], "https://meet.example/k3f9")
    assert status["roles"]["commander"] == "lee"
    assert status["tasks"][0]["state"] == "done"
    assert status["questions"] == []
    assert status["escalation"]["snoozed_until"]
    assert any(each["kind"] == "update" and each["who"] == "lee" for each in status["due"])
    do("cancel", "a test was running")
    do("reopen", "-i", incident.inc)


def test_a_declaration_attaches_what_fits_and_says_how_to_go_on(warroom):
    done = warroom.ok("declare", "Queries", "wait", "for", "locks", "-s", "2", "--service", "orders-db")
    assert done.line.startswith("INC-")
    assert f"warroom log -i {done.line}" in done.err
    kinds = [row["text"] for row in warroom.ok("timeline", "--json").json if row["kind"] == "attached"]
    assert any("Database" in text for text in kinds)
    assert any(text.startswith("escalation policy") for text in kinds)


def test_nothing_is_attached_where_none_is_asked_for(warroom):
    warroom.ok("declare", "Typo on the landing page", "-s", "5", "--policy", "none", "--playbook", "none")
    status = warroom.ok("status", "--json").json
    assert status["checklist"] == {"done": 0, "total": 0, "items": []}
    nothing = {key: status["escalation"][key] for key in ("policy", "next_level", "next_target", "due_at", "due_in_s")}
    assert set(nothing.values()) == {None}
