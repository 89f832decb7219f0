"""`warroom page`, `allow` and `refuse`: the page as a file, its links, and the decision about what is seen."""

import re


def test_the_page_is_one_file_that_needs_no_server(incident, tmp_path):
    incident.ok("impact", "card payments fail")
    incident.ok("update", "It is the database.", "--audience", "public")
    path = tmp_path / "page.html"
    done = incident.ok("page", "export", "-o", str(path))
    assert "the page is in" in done.err
    text = path.read_text()
    for words in ("Checkout returns 500s", "card payments fail", "It is the database.", "This is a copy, made at"):
        assert words in text
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert not re.findall(r"(?:src|href)=", text)
    again = incident("page", "export", "-o", str(path))
    assert again.code == 4
    assert "is there already" in again.err


def test_the_page_of_the_public_has_what_is_for_the_public(incident):
    incident.ok("update", "for all", "--audience", "public")
    incident.ok("update", "for us", "--audience", "internal")
    assert "for us" in incident.ok("page", "export").out
    assert "for us" not in incident.ok("page", "export", "--audience", "public").out
    shown = incident.ok("page", "show", "--audience", "public", "--json").json
    assert [update["text"] for update in shown["updates"]] == ["for all"]
    assert "Severity: SEV2 (major)" in incident.ok("page", "show").out


def test_a_restricted_incident_has_no_page(warroom):
    warroom.ok("declare", "An intruder", "-s", "SEV1", "--restricted")
    done = warroom("page", "export")
    assert done.code == 4
    assert "restricted" in done.err
    assert "intruder" not in done.out


def test_a_link_needs_a_server_and_says_how_to_do_without(incident):
    done = incident("page", "link")
    assert done.code == 3
    assert "warroom join" in done.err
    for words in (("page", "link", "--expires", "10m"), ("page", "revoke"), ("page", "links", "x"), ("page", "gone")):
        assert incident(*words).code == 2, words


def test_a_question_is_let_through_or_kept_away_with_a_reason(incident):
    incident.ok("ask", "--who", "legal", "is data lost?")
    incident.ok("allow", "1")
    assert "shown there" in incident.ok("questions").out
    assert "is data lost?" in incident.ok("page", "show").out
    incident.ok("refuse", "1", "not", "yet")
    (row,) = incident.ok("questions", "--json").json
    assert (row["page"], row["shown"], row["not_shown_because"]) == (False, False, "not yet")
    assert "is data lost?" not in incident.ok("page", "show").out
    assert incident("refuse", "1", "again").code == 4
