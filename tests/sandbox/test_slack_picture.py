from connectops.model import Links
from connectops.tell.slack_message import render
from sandbox.slack_picture import draw
from tests.notices import a_notice


def test_the_picture_shows_what_slack_would() -> None:
    links = Links(logs="https://console.example/logs", runbook="docs/runbook.md#x")

    page = draw(render(a_notice(cause="a < b", links=links)))

    assert "<h3>🚨 orders-mariadb is not restarted: MYSQL_BINLOG_POSITION_LOST</h3>" in page
    assert "<b>Since</b><br>Nov 23, 01:16:50 (12 s)" in page
    assert "<b>Cause</b><pre>a &lt; b</pre>" in page
    assert "<code>snapshot.mode=when_needed</code>" in page
    assert "<a href='https://console.example/logs'>Worker log</a>" in page


def test_no_markup_of_slack_is_left_in_the_picture() -> None:
    page = draw(render(a_notice())).partition("</style>")[2]

    assert not any(mark in page for mark in ("<!date", "```", ":rotating_light:", "*Cause*"))
