"""The AWS environment: names, network, credentials. Wording: JDK, AWS SDK for Java 1 and 2, Kafka's ClientUtils."""

from __future__ import annotations

from connectops.decide.catalogue.entry import (
    QUIET,
    RESOLVED,
    WORKED_BEFORE,
    FailureClass,
    Party,
    Role,
    Signature,
    Weight,
    exceptions,
    texts,
)
from connectops.model import DataImpact, Severity, Verdict

GROUP = "AWS environment"
AWS = (Party.AWS,)

AWS_CLASSES = (
    FailureClass(
        id="AWS_DNS_FAILURE",
        group=GROUP,
        cause="A host name cannot be resolved (wrong name, private zone, VPC DNS off, resolver throttled).",
        verdict=Verdict.RESTART_WITH_BACKOFF,
        severity=Severity.WARNING,
        data=DataImpact.SAFE,
        next_step="Check the name, enableDnsSupport and enableDnsHostnames of the VPC, and the association of the private zone. The JVM remembers a failure for 10 s: restart no sooner than 15 s after the name resolves.",
        commands=("dig +short <host>  # from a workers' subnet",),
        restart_cap=3,
        only_if=(*WORKED_BEFORE, *QUIET, *RESOLVED),
        sources=("java.net.UnknownHostException", "kafka ClientUtils"),
        explains=("MYSQL_CONN_LOST", "PG_CONN_LOST", "OTHER_DB_TRANSIENT", "EXTERNAL_ENDPOINT_UNAVAILABLE", "KAFKA_UNREACHABLE",
                  "AWS_NETWORK_UNREACHABLE", "CONNECT_WORKER_FATAL", "CONNECT_OFFSET_FLUSH_TIMEOUT"),
        signatures=(
            Signature(exception="java.net.UnknownHostException", weight=Weight.SURE),
            Signature(exception="UnresolvedAddressException", weight=Weight.SURE),
            *texts("Name or service not known", "Temporary failure in name resolution", "nodename nor servname provided",
                   "No address associated with hostname", weight=Weight.SURE),
            Signature(text="No resolvable bootstrap urls given in bootstrap.servers", weight=Weight.ROOT),
            *texts("DNS resolution failed for", "as DNS resolution failed", role=Role.REPEATED, times=2, weight=Weight.SPECIFIC),
        ),
    ),
    FailureClass(
        id="AWS_NETWORK_UNREACHABLE",
        group=GROUP,
        cause="An AWS endpoint cannot be reached from the workers' subnets (no NAT or VPC endpoint, security group, no free IP address).",
        verdict=Verdict.RESTART_WITH_BACKOFF,
        severity=Severity.WARNING,
        data=DataImpact.SAFE,
        next_step="Check NAT gateway or VPC endpoint of the service that the message names, egress of the security group, and free addresses in the subnets.",
        restart_cap=2,
        sources=("AWS SDK for Java", "MSK Connect developer guide, internet access"),
        explains=("CONNECT_CONFIG_PROVIDER", "EXTERNAL_ENDPOINT_UNAVAILABLE"),
        signatures=(
            Signature(text="Connect to * amazonaws.com * failed: connect timed out", weight=Weight.SURE),
            Signature(text="Connect to * failed: connect timed out", party=AWS, weight=Weight.SURE),
            Signature(text="Connect to * failed: Connection timed out", party=AWS, weight=Weight.SURE),
            *texts("Unable to execute HTTP request", weight=Weight.SPECIFIC, party=(*AWS, Party.ENDPOINT), unless=("UnknownHostException",)),
            *texts("Failed to connect to service endpoint", "Remote host terminated the handshake", weight=Weight.SPECIFIC, party=AWS),
            *exceptions("java.net.ConnectException", "java.net.SocketTimeoutException", "java.net.NoRouteToHostException",
                        "ConnectTimeoutException", "java.net.SocketException",
                        weight=Weight.GENERIC, party=AWS),
            Signature(text="UnknownKafkaConnectWorkerFailure", weight=Weight.WEAK),
        ),
    ),
    FailureClass(
        id="AWS_CREDENTIALS_INVALID",
        group=GROUP,
        cause="AWS credentials of a plug-in are missing, wrong or expired.",
        verdict=Verdict.DO_NOT_RESTART,
        severity=Severity.PAGE,
        data=DataImpact.SAFE,
        next_step="Let the plug-in use the service execution role instead of static or session keys, and check the role's trust policy; then restart.",
        conditions="An expired token of a role: one restart gets a fresh one.",
        restart_cap=1,
        sources=("AWS SDK for Java 1 and 2",),
        explains=("CONNECT_CONFIG_PROVIDER", "EXTERNAL_ENDPOINT_UNAVAILABLE"),
        signatures=(
            *texts(
                "Unable to load AWS credentials from any provider in the chain",
                "Unable to load credentials from any of the providers in the chain",
                "Unable to load credentials from",
                "The security token included in the request is invalid",
                "is not authorized to perform: sts:AssumeRole",
                "InvalidIdentityToken",
                "UnrecognizedClientException",
                weight=Weight.SURE,
                unless=("Failed to find AWS IAM Credentials",),
            ),
            *texts("ExpiredToken", "The provided token has expired", "The security token included in the request is expired",
                   weight=Weight.SURE, verdict=Verdict.RESTART_WITH_BACKOFF),
        ),
    ),
    FailureClass(
        id="AWS_MSK_MAINTENANCE",
        group=GROUP,
        cause="Brokers restart one after another (patching, resizing): leaders move, clients reconnect.",
        verdict=Verdict.IGNORE,
        severity=Severity.INFO,
        data=DataImpact.SAFE,
        next_step="Nothing, as long as tasks run. Keep replication factor 3, min.insync.replicas 2 and all brokers in bootstrap.servers.",
        sources=("kafka 3.8 Sender:684", "MSK developer guide, patching"),
        signatures=texts(
            "retrying (*attempts left). Error: NOT_LEADER_OR_FOLLOWER",
            "retrying (*attempts left). Error: NOT_LEADER_FOR_PARTITION",
            role=Role.REPEATED,
            times=1_000_000,
            weight=Weight.WEAK,
        ),
    ),
)  # fmt: skip
