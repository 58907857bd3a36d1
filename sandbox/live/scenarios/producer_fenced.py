"""Another producer takes the transactional id of an exactly-once source."""

from kafka import KafkaProducer

from connectops.model import Verdict
from sandbox.live.door.request import group_id
from sandbox.live.msk_platform import on_msk_connect
from sandbox.live.scenario import On, Scenario, cured
from sandbox.live.subject import Subject


def fence(subject: Subject) -> None:
    """Kafka Connect calls it GROUP-CONNECTOR-TASK (Worker.taskTransactionalId)."""
    arn = on_msk_connect(subject.platform).arn(subject.name)
    usurper = KafkaProducer(
        bootstrap_servers=subject.stack.broker.address, transactional_id=f"{group_id(arn)}-{subject.name}-0"
    )
    usurper.init_transactions()
    usurper.close()


FENCED = Scenario(
    name="producer-fenced",
    cause="another producer takes the transactional id of its exactly-once task",
    stack="d",
    truth=cured("KAFKA_PRODUCER_FENCED", verdicts=(Verdict.RESTART_NOW,)),
    worker={"exactly.once.source.support": "enabled"},
    break_it=fence,
    control=True,
    on=On.MSK,
)
SCENARIOS = (FENCED, FENCED.but(stack="e"))
