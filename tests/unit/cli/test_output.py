"""Progress is shown to people only, and results as they are."""

import json
import re

import pytest

from cli import output
from cli.checker import Report
from cli.violation import Violation

SOME = Violation(
    "slug-canonical", "slug ':smile: [red]' is malformed", key=1, organization_id="org_1", slug="a"
)


def test_progress_is_not_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress(shown=True) as advance:
        advance("organizations", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_is_shown_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with output.progress(shown=True) as advance:
        advance("organizations", 1, 2)
    shown = capsys.readouterr()
    assert "organizations" in shown.err
    assert "1/2" in shown.err
    assert shown.out == ""


def test_transfers_are_shown_with_their_rate_and_what_remains(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with output.transfer_progress(shown=True) as advance:
        advance("Backing up", 1_000_000, 10_000_000)
        advance("Backing up", 2_000_000, 10_000_000)
    shown = capsys.readouterr().err
    assert "Backing up" in shown
    assert "2.0/10.0 MB" in shown
    assert "/s" in shown
    assert re.search(r"\d:\d\d:\d\d", shown)


def test_progress_can_be_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with output.progress(shown=False) as advance:
        advance("organizations", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_table_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_report(Report({"organizations": 3}, [SOME]))
    shown = capsys.readouterr().out
    assert SOME.detail in shown
    assert "1 violation. Examined: 3 organizations." in shown


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json(output.report_content(Report({"organizations": 3}, [SOME, SOME])))
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    content = json.loads(shown)
    assert content["examined"] == {"organizations": 3}
    assert len(content["violations"]) == 2
    assert content["violations"][0] == {
        "rule": SOME.rule,
        "organization_id": SOME.organization_id,
        "slug": SOME.slug,
        "detail": SOME.detail,
    }
