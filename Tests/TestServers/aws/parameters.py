"""Parameters as RDS describes them, and what it refuses to set.

The names, kinds and ranges are PostgreSQL's, from the tables of PlatformLocal; what RDS adds and keeps to itself is below.
"""

import re

from answers import CHECKOUT

TABLES = CHECKOUT / "Sources/PlatformLocal/Pristine"

# Parameters that only RDS has: kind, values allowed, value, static, modifiable.
OWN = {
    "rds.accepted_password_auth_method": ("string", "md5+scram,scram", "md5+scram", False, True),
    "rds.adaptive_autovacuum": ("boolean", "0,1", "1", False, True),
    "rds.allowed_extensions": ("list", None, None, False, True),
    "rds.extensions": ("list", None, None, True, False),
    "rds.force_admin_logging_level": (
        "string", "disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic", "disabled", False, True),
    "rds.force_autovacuum_logging_level": (
        "string", "disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic", "warning", False, True),
    "rds.force_ssl": ("boolean", "0,1", "1", False, True),
    "rds.log_retention_period": ("integer", "1440-10080", "4320", False, True),
    "rds.logical_replication": ("boolean", "0,1", "0", True, True),
    "rds.rds_superuser_reserved_connections": ("integer", "0-8388607", "2", True, True),
    "rds.restrict_password_commands": ("boolean", "0,1", "0", True, True),
    "rds.superuser_variables": ("string", None, "session_replication_role", True, False),
}

# Values that RDS sets: formulas over the instance's class, and its own paths.
SYSTEM = {
    "shared_buffers": "{DBInstanceClassMemory/32768}",
    "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)",
    "effective_cache_size": "{DBInstanceClassMemory/16384}",
    "maintenance_work_mem": "GREATEST({DBInstanceClassMemory*1024/63963136},65536)",
    "autovacuum_max_workers": "GREATEST({DBInstanceClassMemory/64371566592},3)",
    "port": "{EndPointPort}",
    "data_directory": "/rdsdbdata/db",
    "log_directory": "/rdsdbdata/log/error",
    "log_filename": "postgresql.log.%Y-%m-%d-%H",
    "log_destination": "stderr",
    "logging_collector": "1",
    "ssl": "1",
    "shared_preload_libraries": "pg_stat_statements",
    "wal_level": "replica",
    "archive_command": "/etc/rds/dbbin/pgscripts/rds_wal_archive %p",
    "archive_timeout": "300",
    "tcp_keepalives_idle": "300",
    "tcp_keepalives_interval": "30",
    "tcp_keepalives_count": "2",
    "hot_standby": "0",
    "password_encryption": "scram-sha-256",
}

LIBRARIES = "auto_explain,orafce,pgaudit,pglogical,pg_bigm,pg_cron,pg_hint_plan,pg_prewarm,pg_similarity,pg_stat_statements,pg_tle,pg_transport,plprofiler"

# What nobody may change there, beside what PostgreSQL itself doesn't let be changed.
KEPT = {
    "archive_cleanup_command", "archive_command", "archive_library", "archive_mode", "archive_timeout", "bonjour", "bonjour_name",
    "cluster_name", "config_file", "data_directory", "data_sync_retry", "dynamic_shared_memory_type", "event_source",
        "external_pid_file", "fsync",
    "full_page_writes", "hba_file", "hot_standby", "huge_page_size", "ident_file", "krb_server_keyfile", "listen_addresses",
        "log_directory", "log_file_mode",
    "logging_collector", "port", "primary_conninfo", "primary_slot_name", "promote_trigger_file", "recovery_end_command",
        "recovery_target",
    "recovery_target_action", "recovery_target_inclusive", "recovery_target_lsn", "recovery_target_name", "recovery_target_time",
    "recovery_target_timeline", "recovery_target_xid", "reserved_connections", "restart_after_crash", "restore_command",
        "ssl_ca_file", "ssl_cert_file",
    "ssl_crl_dir", "ssl_crl_file", "ssl_dh_params_file", "ssl_key_file", "ssl_passphrase_command", "superuser_reserved_connections",
        "syslog_facility",
    "syslog_ident", "unix_socket_directories", "unix_socket_group", "unix_socket_permissions", "wal_level", "wal_log_hints",
        "wal_sync_method",
    "zero_damaged_pages",
}

# What PostgreSQL 17 dropped from 16's, and its new ones.
GONE_IN_17 = {"db_user_namespace", "old_snapshot_threshold", "trace_recovery_messages"}
NEW_IN_17 = """
allow_alter_system|bool|sighup|\\|\\|\\|\\|on
event_triggers|bool|superuser|\\|\\|\\|\\|on
summarize_wal|bool|sighup|\\|\\|\\|\\|off
sync_replication_slots|bool|sighup|\\|\\|\\|\\|off
transaction_timeout|integer|user|ms|0|2147483647|\\|0
wal_summary_keep_time|integer|sighup|min|0|35791394|\\|14400
"""

# Parameters of an Aurora cluster that its instances' groups don't have.
OF_CLUSTERS_ONLY = {"rds.force_ssl", "rds.logical_replication", "lc_messages", "lc_monetary", "lc_numeric", "lc_time", "TimeZone",
    "max_replication_slots", "max_logical_replication_workers"}

FORMULA = re.compile(r"\{[^{}]*(DBInstanceClassMemory|AllocatedStorage|EndPointPort|DBInstanceVCPU)[^{}]*\}")


def read_table(major):
    source = {"15": "15", "16": "16", "17": "16", "18": "18"}[major]
    text = (TABLES / f"ParameterTable{source}.swift").read_text(encoding="utf-8")
    lines = text.split('#"""\n')[1].split('\n  """#')[0].splitlines()
    rows = [line.strip().split("|") for line in lines]
    if major == "17":
        rows = [row for row in rows if row[0] not in GONE_IN_17]
        rows += [line.split("|") for line in NEW_IN_17.strip().splitlines()]
    return rows


def described(row):
    name, kind, context, unit, least, most, choices, _ = [None if field == "\\" else field for field in row]
    allowed = {
        "bool": "0,1", "enum": choices, "integer": f"{least}-{most}", "real": f"{least}-{most}", "string": None}[kind]
    if name == "shared_preload_libraries":
        (allowed, kind) = (LIBRARIES, "list")
    parameter = {
        "ParameterName": name.lower() if name in ("DateStyle", "IntervalStyle", "TimeZone") else name,
        "Description": f"{f'({unit}) ' if unit else ''}Sets {name}.",
        "Source": "engine-default", "ApplyType": "static" if context in ("postmaster", "internal") else "dynamic",
        "DataType": {"bool": "boolean", "real": "float", "enum": "string"}.get(kind, kind),
        "AllowedValues": allowed, "IsModifiable": context != "internal" and name not in KEPT,
        # Whatever was sent, RDS answers this; recorded from the live service.
        "ApplyMethod": "pending-reboot",
    }
    if name in SYSTEM:
        parameter |= {"ParameterValue": SYSTEM[name], "Source": "system"}
    return parameter


def make(family, is_cluster):
    engine, major = re.fullmatch(r"([a-z-]+?)(\d+)", family).groups()
    parameters = {}
    for row in read_table(major):
        parameter = described(row)
        parameters[parameter["ParameterName"]] = parameter
    for name, (kind, allowed, value, is_static, is_modifiable) in OWN.items():
        if name == "rds.force_ssl" and int(major) < 15:
            value = "0"
        parameters[name] = {
            "ParameterName": name, "Description": f"Sets {name}.", "Source": "system" if value else "engine-default",
            "ApplyType": "static" if is_static else "dynamic", "DataType": kind, "AllowedValues": allowed,
            "IsModifiable": is_modifiable, "ApplyMethod": "pending-reboot", "ParameterValue": value,
        }
    if engine == "aurora-postgresql":
        if is_cluster:
            for parameter in parameters.values():
                parameter["SupportedEngineModes"] = ["provisioned"]
        else:
            parameters = {
                name: value for name, value in parameters.items() if name not in {other.lower() for other in OF_CLUSTERS_ONLY}}
    return {
        name: {key: value for key, value in parameters[name].items() if value is not None} for name in sorted(parameters)}


MADE = {}


def definitions(family, is_cluster=False):
    """The parameters of a family by name, as its engine defaults are described."""
    if (family, is_cluster) not in MADE:
        MADE[family, is_cluster] = make(family, is_cluster)
    return MADE[family, is_cluster]


def wrong_value(definition, value):
    """Why RDS refuses the value, or None."""
    name, allowed, kind = definition["ParameterName"], definition.get("AllowedValues"), definition["DataType"]
    if FORMULA.search(value):
        return None
    outside = f"Value: {value} is outside of range: {allowed} for parameter: {name}"
    if kind in ("integer", "float"):
        pattern = r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?([eE][-+]?\d+)?"
        if not re.fullmatch(pattern, value):
            return f"Invalid value for parameter: {name}"
        least, most = re.fullmatch(r"(-?[\d.e+]+)-(-?[\d.e+]+)", allowed).groups()
        return None if float(least) <= float(value) <= float(most) else outside
    if kind == "list" and allowed:
        return None if all(part.strip() in allowed.split(",") for part in value.split(",") if part.strip()) else outside
    if allowed:
        return None if value in allowed.split(",") else outside
    return None
