"""What particular endpoints say, product by product: error codes and exception classes with one meaning.

Sources: SnowflakeErrors of snowflake-kafka-connector; ClickHouse's ErrorCodes.cpp; Google's gRPC and REST errors; MongoDB's
error codes; org.apache.iceberg.exceptions; Elasticsearch, Redis, IBM MQ, RabbitMQ, Neo4j, HDFS, AWS SDK texts.
"""

from __future__ import annotations

from connectops.decide.catalogue.entry import Signature, Weight, exceptions, mongo_codes, texts

SNOWFLAKE = "SF_KAFKA_CONNECTOR"
GRPC = "StatusRuntimeException"


def _snowflake(*codes: str, weight: Weight = Weight.SURE) -> tuple[Signature, ...]:
    return texts(*(f"Error Code: {code}" for code in codes), also=SNOWFLAKE, weight=weight)


def _grpc(*statuses: str) -> tuple[Signature, ...]:
    return texts(*(f"{status}:" for status in statuses), exception=GRPC, weight=Weight.SURE)


REFUSES_LOGIN: tuple[Signature, ...] = (
    *_snowflake("1004", "1005", "2013"),
    *texts(
        "Incorrect username or password was specified", "JWT token is invalid", "Insufficient privileges to operate on",
        # ClickHouse
        "(AUTHENTICATION_FAILED)", "(ACCESS_DENIED)", "(UNKNOWN_USER)", "(WRONG_PASSWORD)", "(REQUIRED_PASSWORD)",
        # MongoDB
        *mongo_codes(8000),
        # Redis, RabbitMQ, Neo4j, MQTT, IBM MQ, Cassandra
        "NOAUTH Authentication required", "WRONGPASS invalid username-password pair", "NOPERM this user has no permissions",
        "ACCESS_REFUSED", "The client is unauthorized due to authentication failure", "Not authorized to connect",
        "MQRC_NOT_AUTHORIZED", "reason '2035'", "JMSWMQ2013", "Couldn't get OAuth2 access token", "Couldn't find access token property", "Provided username * and/or password are incorrect",
        # SFTP, HDFS, Salesforce, Splunk, Elasticsearch
        "com.jcraft.jsch.JSchException: Auth fail", "Auth cancel", "GSS initiate failed",
        "Client cannot authenticate via:", "Unable to obtain password from user", "INVALID_LOGIN:",
        "unable to authenticate user", "missing authentication credentials for REST request",
        # S3 and Google
        "The AWS Access Key Id you provided does not exist in our records", "does not have storage.objects",
        "does not have bigquery.", "Access Denied: Table", "Access Denied: Dataset", "Access Denied: Project",
        weight=Weight.SURE,
    ),
    *texts("Could not authenticate with Kerberos", "Could not resolve local hostname for Kerberos", "while authenticating via Kerberos",
           "failed to post events * status=401", "failed to post events * status=403", weight=Weight.SPECIFIC),
    *_grpc("PERMISSION_DENIED", "UNAUTHENTICATED"),
    *exceptions("MongoSecurityException", "org.apache.iceberg.exceptions.ForbiddenException",
                "org.apache.iceberg.exceptions.NotAuthorizedException", "AuthenticationFailureException",
                "com.datastax.oss.driver.api.core.auth.AuthenticationException", "org.neo4j.driver.exceptions.AuthenticationException",
                "org.apache.hadoop.security.AccessControlException", "javax.jms.JMSSecurityException",
                "JedisAccessControlException", weight=Weight.SURE),
    *texts("com.mongodb.MongoSecurityException", *mongo_codes(13, 18), "not authorized on * to execute command", weight=Weight.ROOT),
)  # fmt: skip

REJECTS_RECORD: tuple[Signature, ...] = (
    *_snowflake("0010", "0019", "0020", "0025", "0035", "2007", "2008", "2009", "2012", "2014", "2015", "2016", "2017", "2018", "2019",
                "3004", "3005", "5003", "5004", "5005", "5006", "5011", "5012", "5015", "5016", "5021", "5022", "5025", "5026", "5030"),
    *texts(
        # ClickHouse
        "(UNKNOWN_TABLE)", "(UNKNOWN_DATABASE)", "(NO_SUCH_COLUMN_IN_TABLE)", "(TYPE_MISMATCH)", "(CANNOT_PARSE_TEXT)",
        "(CANNOT_PARSE_INPUT_ASSERTION_FAILED)", "(INCORRECT_DATA)", "(CANNOT_READ_ALL_DATA)", "(CANNOT_PARSE_DATETIME)",
        "(CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN)", "(ILLEGAL_COLUMN)", "(UNKNOWN_IDENTIFIER)", "(SYNTAX_ERROR)",
        "(NUMBER_OF_COLUMNS_DOESNT_MATCH)", "(CANNOT_CONVERT_TYPE)",
        # BigQuery
        "Attempted to reduce batch size below 1", "The destination table has no schema", "Could not convert to BigQuery schema",
        "Failed to write rows after BQ", "with a batch of tombstone records", "Provided Schema does not match Table",
        "Failed to update table schema", "Not found: Dataset", "Not found: Table",
        # Elasticsearch, OpenSearch
        "maximum normal shards open", "maximum shards open", "Limit of total fields", "Failed to create mapping",
        "Failed to infer mapping", "no write index is defined for alias", "index read-only / allow delete",
        # MongoDB, Redis, RabbitMQ, IBM MQ, Salesforce
        "Document failed validation", "E11000 duplicate key error", "Command failed with error 26 ", "Command failed with error 121",
        "WRONGTYPE Operation against a key", "MQRC_UNKNOWN_OBJECT_NAME", "reason '2085'", "MQRC_MSG_TOO_BIG_FOR_Q",
        "INVALID_FIELD:", "REQUIRED_FIELD_MISSING", "STRING_TOO_LONG", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "DUPLICATE_VALUE",
        "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "INVALID_TYPE_ON_FIELD_IN_RECORD",
        weight=Weight.SURE,
    ),
    Signature(text="Invalid field name", also="igquery"),
    Signature(text="Cannot convert", frames=("iceberg.connect.",), weight=Weight.SPECIFIC),
    *texts(
        # Hive behind HDFS and S3 sinks, write-ahead logs of the HDFS sink that no longer can be read, Splunk
        "Invalid partition for", "Hive table not found", "HiveMetaStoreException: Invalid table", "HiveMetaStoreException: Invalid database",
        "Could not find info for table", "CorruptWalFileException", "not a WALFile", "failed to post events * status=400",
        weight=Weight.SPECIFIC,
    ),
    *exceptions("io.confluent.connect.storage.errors.PartitionException", "HecNullEventException", "HecEmptyEventException",
                "MessageBuilderException", "BucketNotFoundException", "CollectionNotFoundException", "ScopeNotFoundException",
                "com.couchbase.client.core.error.ValueTooLargeException", "NoTypeConversionAvailableException", "TypeConversionException",
                weight=Weight.SPECIFIC),
    *texts(
        # What connectors say of a record before the target sees it
        "Null valued records are not writeable", "Cannot write null valued record", "Unsupported source value type:",
        "error no registered converter found for", "value doc before field is empty", "value doc after field is empty",
        "Message has no timestamp type, cannot use message timestamp", "One of the item in the bulk response",
        "null into not nullable column", "Data schema validation failed", "Cannot auto-evolve", "Writing JSON in binary is not supported yet",
        "Can't convert invalid json", "For schemaless record only", "is configured to fail on tombstone records",
        "Invalid field selection for", "Error writing to Elastic Search", "Record keys must be non-null when upsert/delete is enabled",
        "Failed to build mapping for schema", "Failed to convert schema to mapping", "Error converting external version header",
        "is not valid json for record.value", "Kafka Connect schema contains cycle",
        weight=Weight.SPECIFIC,
    ),
    *exceptions("ConversionConnectException", "SchemaTypeInferenceException", "JsonToMapException", "com.google.firebase.database.DatabaseException", weight=Weight.SPECIFIC),
    Signature(text="SQL compilation error", also=SNOWFLAKE),
    *_grpc("INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION", "OUT_OF_RANGE"),
    *exceptions("org.apache.iceberg.exceptions.BadRequestException", "org.apache.iceberg.exceptions.ValidationException",
                "org.apache.iceberg.exceptions.NoSuchTableException", "org.apache.iceberg.exceptions.NoSuchNamespaceException",
                "org.apache.iceberg.exceptions.UnprocessableEntityException", weight=Weight.SURE),
    *texts("org.apache.iceberg.exceptions.BadRequestException", "org.apache.iceberg.exceptions.ValidationException",
           "org.apache.iceberg.exceptions.NoSuchTableException", weight=Weight.SPECIFIC),
)  # fmt: skip

MISCONFIGURED: tuple[Signature, ...] = (*_snowflake(
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0013", "0014", "0015", "0016", "0017", "0018",
    "0021", "0022", "0023", "0024", "0026", "0027", "0028", "0029", "0030", "0031", "0032", "0033", "0034", "5013", "5014",
    weight=Weight.SPECIFIC,
), *texts(
    # JDBC source and sink
    "may not be combined with whole-table copying settings", "Unable to find dialect with name", "Not a valid JDBC URL",
    "JDBC URL contains blocked connection parameter", "is not permitted by the Connect cluster's",
    "was not assigned a table nor a query to execute", "cannot have both a table and a query assigned",
    "detected duplicate unqualified table names", "validating timestamp column mappings", "validating incrementing column mappings",
    "DATETIME is not supported. Use DATETIME2", "Incrementing column * not found in", "Timestamp column * not found in",
    "Null value for incrementing column", "Invalid type for incrementing column", "value for incrementing column",
    "does not support synonyms. Please use", "doesn't support Synonym Types", "Cannot make incremental queries using",
    "columns used for offsets are NOT NULL", "columns used for offsets exist", "Require primary keys to support delete",
    "Deletes are only supported for pk.mode", "Invalid insert mode", "Unknown primary key mode", "Unknown mode:",
    "Unexpected query mode", "is not supported with String value schemas", "options that are not applicable to String values",
    # Elasticsearch, OpenSearch, HTTP
    "is not mapped to any resource", "is not mapped to resource", "Unknown authorization type",
    "Failed to parse topic-to-resource mappings", "Could not retrieve proper URI from", "Can't create HTTP sender for auth type",
    # BigQuery, Cloud Storage, ClickHouse, Lenses
    "Incorrect regex replacement format in topic name", "Cannot use decorator syntax to write to", "Invalid key source type",
    "Create the bucket manually", "Failed to read GCS credentials from", "Failed to read credentials from JSON string",
    "Buffering with exactlyOnce=true requires", "StringConverter, but did not enable", "auto.evolve requires a Connect schema",
    "Configuration is missing the setting for", "hasn't been configured in KCQL", "doesn't have a KCQL setup",
    "please check your configuration", "Unable to compute endpoint uri",
    weight=Weight.SPECIFIC,
), *exceptions("ConnectConfigException", "ResolveEndpointFailedException", "PropertyBindingException", "NoSuchEndpointException", "NoSuchBeanException",
               weight=Weight.SPECIFIC),
    *texts("Failed to create and start Camel context", weight=Weight.WEAK),
    *texts("due to configuration error", "Failed to start MongoDB sink task", "Failed to start MongoDB source task", weight=Weight.WEAK),
)  # fmt: skip

UNAVAILABLE: tuple[Signature, ...] = (
    *_snowflake("1001", "1002", "1003", "2002", "2003", "2004", "2006", "2010", "2011", "3001", "3002", "3003", "5007", "5008",
                "5010", "5018", "5023", "5024", "5027", "5028", weight=Weight.SPECIFIC),
    *texts(
        # ClickHouse
        "(MEMORY_LIMIT_EXCEEDED)", "(TOO_MANY_SIMULTANEOUS_QUERIES)", "(TIMEOUT_EXCEEDED)", "(SOCKET_TIMEOUT)", "(NETWORK_ERROR)",
        "(TOO_MANY_PARTS)", "(TOO_FEW_LIVE_REPLICAS)", "(UNKNOWN_STATUS_OF_INSERT)", "(KEEPER_EXCEPTION)", "(SYSTEM_ERROR)",
        "(ALL_CONNECTION_TRIES_FAILED)", "(TABLE_IS_READ_ONLY)",
        # Google
        "rateLimitExceeded", "backendError", "quotaExceeded", "jobRateLimitExceeded", "Exceeded rate limits",
        # MongoDB
        "Command failed with error 91 ", "Command failed with error 189 ", "Command failed with error 10107",
        "Command failed with error 11600", "Command failed with error 11602", "Command failed with error 13435",
        "Command failed with error 13436", "Prematurely reached end of stream",
        # Redis, RabbitMQ, IBM MQ, HDFS, AWS
        "LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica",
        "OOM command not allowed when used memory", "MQRC_Q_MGR_NOT_AVAILABLE", "MQRC_Q_MGR_QUIESCING", "MQRC_CONNECTION_QUIESCING",
        "MQRC_Q_FULL", "reason '2059'", "reason '2009'", "reason '2538'", "JMSWMQ1107", "Name node is in safe mode",
        "minReplication nodes", "ProvisionedThroughputExceededException", "TooManyRequestsException",
        "REQUEST_LIMIT_EXCEEDED",
        # Elasticsearch, OpenSearch, Redis, BigQuery through Cloud Storage, Iceberg
        "Could not make space in the internal buffer fast enough", "Failed to process outstanding requests in time",
        "Add timeout expired before buffer availability", "Flush timeout expired with unflushed records",
        "Could not get connection to Redis", "Timeout while writing sink records", "Failed to upload blob to GCS",
        "rows into GCS within", "Coordinator unexpectedly terminated", "Cannot retrieve members for consumer group",
        # HDFS: another client, the one before the restart, still holds the file
        "Failed to APPEND_FILE", "Cannot acquire lease", "lease recovery is in progress", "LeaseExpiredException",
        "could only be replicated to 0 nodes", "could only be written to 0 of the", "Exception communicating with the Hive MetaStore",
        # Splunk
        "All channels have back pressure", "No channels are available", "event queue is full",
        "failed to post events * status=429", "failed to post events * status=500", "failed to post events * status=503",
        # S3 connectors
        "Multipart upload failed", "Part upload failed", "Unable to initiate MultipartUpload",
        weight=Weight.SPECIFIC,
    ),
    *_grpc("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "INTERNAL"),
    # A message that the client refuses for its size comes again with every try.
    Signature(text="RESOURCE_EXHAUSTED:", exception=GRPC, unless=("message exceeds maximum size", "received message larger than max")),
    *exceptions("org.apache.iceberg.exceptions.CommitFailedException", "org.apache.iceberg.exceptions.CommitStateUnknownException",
                "org.apache.iceberg.exceptions.ServiceFailureException", "org.apache.iceberg.exceptions.ServiceUnavailableException",
                "JedisConnectionException", "NoHostAvailableException", "AllNodesFailedException", "com.rabbitmq.client.AlreadyClosedException",
                "com.rabbitmq.client.ShutdownSignalException", "org.neo4j.driver.exceptions.ServiceUnavailableException",
                "org.neo4j.driver.exceptions.TransientException", "org.apache.hadoop.ipc.StandbyException",
                "ElasticsearchTimeoutException", "UnambiguousTimeoutException", "AmbiguousTimeoutException",
                "com.couchbase.client.core.error.TemporaryFailureException", weight=Weight.SPECIFIC),
    Signature(text="AlreadyBeingCreatedException", weight=Weight.SPECIFIC),
    Signature(exception="ClickHouseException", text="Connect to", weight=Weight.GENERIC),
    *texts("JMSWMQ0018", "Could not write sink records", "Could not write offsets", "Could not open reader", "Could not ack offsets to Redis",
           "Timeout while reading stream messages", "Could not read from Redis",
           # What connectors to Elasticsearch, OpenSearch, S3, MongoDB and Iceberg were about to do: the cause says why they could not.
           "Failed to check if", "Failed to create index", "Failed to get mapping for index", "Could not create index", "Failed to bulk processing",
           "Unable to open ElasticsearchClient", "Unable to tag S3 object",
           "An exception occurred when trying to get the next item from the Change Stream",
           "is terminated, commit aborted", "Timed out waiting for coordinator shutdown",
           "Couldn't create index", "Couldn't check that", "Couldn't create data stream", "Couldn't create mapping for",
           "Timed-out waiting for executor termination", "Failed to write rows to GCS", "Failed to retrieve information for table",
           "Failed to write records to", "Failed to close GCS file", "Failed to initialize GcsBlobWriter", "Connection to ClickHouse is not active",
           "ClickHouse insert timed out after", "DDL propagation timeout", "consecutive recovery attempts",
           "could not recreate the Snowpipe Streaming client", "Couldn't connect to Cassandra", "Couldn't retrieve listing",
           "Failed creating a WAL Writer", "Error creating writer for log file", "Recovery failed at state", "Couldn't create RecordWriter",
           "Hive MetaStore exception", "Failed to write a record to", "Encountered exception while posting data",
           "encountered exception when post data", "Exchange delivery has failed", "JMSWorkerConnectionException",
           "Failed to query table after retries", "Error while processing table querier", "Could not read messages from stream",
           "Unable to get current time from DB", "Error while getting initial timestamp from database", weight=Weight.WEAK),
)  # fmt: skip
