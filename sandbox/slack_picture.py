"""Draws a Slack message as a picture for the documentation: Block Kit to HTML to PNG through headless Chromium.

    python -m sandbox.slack_picture message.json docs/pictures/slack-message.png

For writers of documentation only: nothing else needs it, nor Chromium and the fonts (Debian: chromium, fonts-lato,
fonts-noto-color-emoji). It draws what `connectops.tell.slack_message` uses of Block Kit, not all of it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

WIDTH, SCALE = 760, 2
EMOJI = {
    ":rotating_light:": "🚨",
    ":warning:": "⚠️",
    ":information_source:": "ℹ️",  # noqa: RUF001  # it is the emoji
    ":white_check_mark:": "✅",
}
STYLE = """
body { margin: 0; padding: 20px; background: #fff; color: #1d1c1d; font: 15px/1.47 Lato, sans-serif; }
.message { display: flex; gap: 9px; max-width: 720px; }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #0b4f6c; color: #fff;
  font: bold 15px/36px Lato, sans-serif; text-align: center; }
.sender { font-weight: 900; } .app { background: #ddd; border-radius: 2px; color: #616061; font-size: 10px;
  font-weight: 700; padding: 1px 3px; margin: 0 6px 0 4px; vertical-align: 1px; }
h3 { font-size: 18px; line-height: 1.33; margin: 4px 0 8px; } section { margin: 8px 0; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; overflow-wrap: anywhere; }
pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; font: 12px/1.5 'DejaVu Sans Mono', monospace;
  margin: 4px 0; padding: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
code { background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; color: #c01343;
  font: 12px 'DejaVu Sans Mono', monospace; padding: 1px 3px; overflow-wrap: anywhere; }
.context { color: #616061; font-size: 13px; } a { color: #1264a3; text-decoration: none; }
"""


def draw(message: dict[str, Any]) -> str:
    """The page that shows a message as Slack would."""
    blocks = "".join(_block(block) for block in message["blocks"])
    return (
        f"<!doctype html><meta charset='utf-8'><style>{STYLE}</style><div class='message'><div class='avatar'>CO</div>"
        "<div><span class='sender'>ConnectOps</span><span class='app'>APP</span>"
        f"{blocks}</div></div>"
    )


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "header":
        return f"<h3>{_emoji(block['text']['text'])}</h3>"
    if block["type"] == "context":
        return "".join(f"<section class='context'>{_mrkdwn(part['text'])}</section>" for part in block["elements"])
    fields = "".join(f"<div>{_mrkdwn(field['text'])}</div>" for field in block.get("fields", []))
    text = _mrkdwn(block["text"]["text"]) if "text" in block else ""
    return f"<section>{text}<div class='fields'>{fields}</div></section>"


def _mrkdwn(text: str) -> str:
    text = re.sub(r"<!date\^(\d+)\^[^|>]*\|[^>]*>", _date, text)
    text = re.sub(r"<(https://[^|>]*)\|([^>]*)>", lambda link: f"<a href='{escape(link[1])}'>{link[2]}</a>", text)
    code = re.split(r"```\n?(.*?)\n?```", text, flags=re.DOTALL)
    return "".join(f"<pre>{part}</pre>" if index % 2 else _line_marks(part) for index, part in enumerate(code))


def _line_marks(text: str) -> str:
    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)
    text = re.sub(r"(?m)^\*([^*\n]+)\*", r"<b>\1</b>", text)
    return _emoji(text.strip("\n").replace("\n", "<br>"))


def _date(found: re.Match[str]) -> str:
    return f"{datetime.fromtimestamp(int(found[1]), UTC):%b %-d, %H:%M:%S}"


def _emoji(text: str) -> str:
    for name, sign in EMOJI.items():
        text = text.replace(name, sign)
    return text


def photograph(page: str, picture: Path) -> None:
    """Write the PNG of a page, as high as its content."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no chromium found: install it first (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "message.html")
        source.write_text(page + "<script>document.title = document.documentElement.scrollHeight</script>")
        browser = [chromium, "--headless", "--no-sandbox", "--hide-scrollbars", f"--force-device-scale-factor={SCALE}"]
        measured = _run([*browser, f"--window-size={WIDTH},100", "--dump-dom", source.as_uri()])
        height = measured.partition("<title>")[2].partition("</title>")[0]
        _run([*browser, f"--window-size={WIDTH},{height}", f"--screenshot={picture.resolve()}", source.as_uri()])


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if len(sys.argv) != len(("program", "message", "picture")):
        sys.exit(__doc__)
    photograph(draw(json.loads(Path(sys.argv[1]).read_text())), Path(sys.argv[2]))
