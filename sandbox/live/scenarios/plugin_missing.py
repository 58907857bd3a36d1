"""The worker comes back without the plugin, as after an upgrade that forgot it."""

from pathlib import Path

from sandbox.live.platforms import Cluster
from sandbox.live.scenario import On, Scenario, refused
from sandbox.live.subject import Subject


def take_away(subject: Subject) -> None:
    plugins, aside = _places(subject)
    plugins.rename(aside)
    plugins.mkdir()
    subject.platform.restart_worker(subject.name)


def put_back(subject: Subject) -> None:
    plugins, aside = _places(subject)
    plugins.rmdir()
    aside.rename(plugins)
    subject.platform.restart_worker(subject.name)


def _places(subject: Subject) -> tuple[Path, Path]:
    if not isinstance(subject.platform, Cluster):
        raise TypeError("only a cluster of our own has a folder of plugins")
    home = subject.platform.worker.home
    return home / "plugins", home / "plugins-aside"


MISSING = Scenario(
    name="plugin-missing",
    cause="its worker comes back without the plugin",
    stack="d",
    truth=refused("CONNECT_PLUGIN_NOT_FOUND"),
    break_it=take_away,
    mend=put_back,
    alone=True,
    on=On.CLUSTER,
)
SCENARIOS = (MISSING,)
