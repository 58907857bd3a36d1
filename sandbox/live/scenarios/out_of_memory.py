"""The worker has too little memory for the queue of a snapshot, dies, and dies again when it is replaced."""

from connectops.model import Verdict
from sandbox.live.msk_platform import on_msk_connect
from sandbox.live.scenario import Course, On, Scenario, Truth
from sandbox.live.subject import Subject

HEAP, USUAL_HEAP = 160, 512
"""Megabytes."""


def fill(subject: Subject) -> None:
    """300 MB of rows in another table, which the snapshot takes first."""
    subject.sql("CREATE TABLE filler (id INT PRIMARY KEY, big TEXT)")
    subject.sql("INSERT INTO filler SELECT i, repeat(md5(i::text), 300) FROM generate_series(1, 30000) i")


def save_memory(subject: Subject) -> None:
    on_msk_connect(subject.platform).session.limit_heap(HEAP)


def give_memory(subject: Subject) -> None:
    """Workers keep what they were made with: it is made anew."""
    on_msk_connect(subject.platform).session.limit_heap(USUAL_HEAP)
    subject.begin_anew()


MEMORY = Scenario(
    name="out-of-memory",
    cause="its worker runs out of memory, again and again",
    stack="d",
    truth=Truth(
        courses=(Course.REFUSED, Course.QUARANTINED),
        verdicts=(Verdict.DO_NOT_RESTART, Verdict.RESTART_WITH_BACKOFF),
        classes=("CONNECT_OOM", "CONNECT_WORKER_FATAL"),
        restarts=(0, 2),
    ),
    settings={"max.batch.size": "20000", "max.queue.size": "40000"},
    prepare=fill,
    break_it=save_memory,
    mend=give_memory,
    born_broken=True,
    alone=True,
    on=On.MSK,
)
SCENARIOS = (MEMORY,)
