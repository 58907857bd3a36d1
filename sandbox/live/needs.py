"""What has to be installed before a laboratory can start, said once and completely."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

JAVA = 17
_PACKAGES = {
    "java": "openjdk-17-jre-headless",
    "mvn": "maven",
    "npm": "npm",
    "mariadbd": "mariadb-server",
    "mariadb": "mariadb-client",
    "initdb": "postgresql",
    "psql": "postgresql-client",
}
FOR_KAFKA = ("java", "mvn")
FOR = {"mariadb": ("mariadbd", "mariadb"), "mysql": ("npm", "mariadb"), "postgres": ("initdb", "psql")}
"""Programs by the name of a database."""


class NotInstalled(Exception):
    """Names every program that is missing and the one command that installs them."""


def check(databases: tuple[str, ...] = tuple(FOR)) -> None:
    """Raises NotInstalled unless Kafka Connect and these databases can be started on this machine."""
    programs = (*FOR_KAFKA, *(program for database in databases for program in FOR[database]))
    missing = [program for program in dict.fromkeys(programs) if not _there(program)]
    if missing:
        packages = " ".join(dict.fromkeys(_PACKAGES[program] for program in missing))
        raise NotInstalled(
            f"the live sandbox needs {', '.join(_wanted(program) for program in missing)}; "
            f"on Debian: apt-get install -y --no-install-recommends {packages}"
        )


def _wanted(program: str) -> str:
    return f"Java {JAVA} or later" if program == "java" else program


def _there(program: str) -> bool:
    if program == "java":
        return java_version() >= JAVA
    if program == "initdb":
        return shutil.which(program) is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return shutil.which(program, path=f"{_path()}:/usr/sbin:/sbin") is not None


def java_version() -> int:
    """The major version of the `java` on the PATH, 0 without one."""
    if shutil.which("java") is None:
        return 0
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def _path() -> str:
    import os

    return os.environ.get("PATH", os.defpath)
