"""The Python that runs the functions: the project's own, in an environment that holds only what Lambda brings.

boto3 is not in it on purpose: the layer has to bring it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
HOME = Path(__file__).parent.parent / ".sandbox" / "runtime"


def runtime_python(home: Path = HOME) -> Path:
    """The interpreter, made on first use and whenever the requirements or the Python have changed.

    Raises subprocess.CalledProcessError when pip cannot install (awslambdaric has wheels for Linux only).
    """
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    python, mark = home / "bin" / "python", home / "made-from"
    if python.exists() and mark.exists() and mark.read_text() == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    subprocess.run([str(python), "-m", "pip", "install", *quiet, "-r", str(REQUIREMENTS)], check=True)
    mark.write_text(wanted)
    return python


if __name__ == "__main__":
    sys.stdout.write(f"{runtime_python()}\n")
