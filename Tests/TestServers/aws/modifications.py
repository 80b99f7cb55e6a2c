"""ModifyDBInstance: what acts at once, what waits for the window, and what RDS does then."""

from moto.rds.models import DBInstanceClustered

import catalogue
from groups import OF_INSTANCES, group_name
from lives import drop_backups, find, frozen, listed, made_up_of, must_be_ready
from refusals import check_class, check_common, check_group_family, check_storage, check_version
from world import WORLD, refuse

# Members of ModifyDBInstance that say how, and change nothing.
HOW = {
    "DBInstanceIdentifier", "ApplyImmediately", "AllowMajorVersionUpgrade", "CertificateRotationRestart",
    "UseDefaultProcessorFeatures", "AwsBackupRecoveryPointArn", "TagSpecifications"}

# Members that wait for the window unless ApplyImmediately: their name in PendingModifiedValues and moto's attribute.
# BackupRetentionPeriod is one of them from and to 0 only.
WAITING = {
    "AllocatedStorage": ("AllocatedStorage", "allocated_storage"), "DBInstanceClass": ("DBInstanceClass", "db_instance_class"),
    "MultiAZ": ("MultiAZ", "multi_az"), "EngineVersion": ("EngineVersion", "engine_version"),
    "LicenseModel": ("LicenseModel", "license_model"), "Iops": ("Iops", "iops"),
    "StorageThroughput": ("StorageThroughput", "storage_throughput"), "StorageType": ("StorageType", "storage_type"),
    "DBSubnetGroupName": ("DBSubnetGroupName", "db_subnet_group_name"),
    "NewDBInstanceIdentifier": ("DBInstanceIdentifier", "db_instance_identifier"),
    "CACertificateIdentifier": ("CACertificateIdentifier", "ca_certificate_identifier"),
    "EnableIAMDatabaseAuthentication": ("IAMDatabaseAuthenticationEnabled", "enable_iam_database_authentication"),
    "DedicatedLogVolume": ("DedicatedLogVolume", "DedicatedLogVolume"),
    # It waits too, and PendingModifiedValues has no place for it: no answer shows it.
    "NetworkType": ("NetworkType", "NetworkType"),
    "BackupRetentionPeriod": ("BackupRetentionPeriod", "backup_retention_period"),
}
STORAGE = {"AllocatedStorage", "Iops", "StorageType", "StorageThroughput"}

# Members that act at once, whatever ApplyImmediately says, and moto's attribute.
AT_ONCE = {
    "PreferredBackupWindow": "preferred_backup_window", "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "PubliclyAccessible": "publicly_accessible", "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot", "DeletionProtection": "deletion_protection",
    "MonitoringInterval": "monitoring_interval", "MonitoringRoleArn": "monitoring_role_arn", "PromotionTier": "promotion_tier",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled", "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod", "DatabaseInsightsMode": "DatabaseInsightsMode",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "VpcSecurityGroupIds": "vpc_security_group_ids", "MaxAllocatedStorage": "max_allocated_storage",
}
# Members that act at once and have a part of their own below.
APART = {
    "MasterUserPassword", "ManageMasterUserPassword", "RotateMasterUserPassword", "MasterUserSecretKmsKeyId",
        "DBParameterGroupName",
    "OptionGroupName", "CloudwatchLogsExportConfiguration", "DBPortNumber"}


def modify(response):
    instance, parameters = find(response), response.params
    sent = set(parameters.original_dict())
    now_please = bool(parameters.get("ApplyImmediately"))
    unknown = sent - HOW - set(WAITING) - set(AT_ONCE) - APART
    if unknown:
        refuse("InvalidParameterCombination", f"{sorted(unknown)[0]} can't be modified for this DB instance.")
    must_be_ready(instance)
    check_common(parameters)
    waiting = wanted_values(response, instance, parameters, sent & set(WAITING))
    at_once = {
        AT_ONCE[name]: listed(parameters[name]) for name in sent & set(AT_ONCE) if differs(instance, AT_ONCE[name],
            parameters[name])}
    check_limits(instance, at_once, waiting)
    apart = changes_apart(response, instance, parameters, sent)
    life = WORLD.life(instance)
    flushes = now_please and bool(life.pending or life.option_group)
    # What equals the value of today takes back what waited.
    withdrawn = {WAITING[name][0] for name in sent & set(WAITING) if name not in waiting} & set(life.pending)
    if not (waiting or at_once or apart or flushes or withdrawn):
        refuse("InvalidParameterCombination", "No modifications were requested")

    if "BackupRetentionPeriod" in waiting and instance.backup_retention_period and waiting["BackupRetentionPeriod"]:
        instance.backup_retention_period = waiting.pop("BackupRetentionPeriod")
        life.pending.pop("BackupRetentionPeriod", None)
    statuses = [status for act in apart for status in act() or ()]
    for attribute, value in at_once.items():
        setattr(instance, attribute, value.lower() if attribute == "preferred_maintenance_window" else value)
    for name in withdrawn:
        life.pending.pop(name, None)
    life.pending |= {WAITING[name][0]: value for name, value in waiting.items()}
    answer = frozen(instance)
    if now_please and (life.pending or life.option_group):
        flush(instance)
    elif statuses:
        take(instance, statuses)
    return made_up_of(answer)


def differs(instance, attribute, value):
    before = getattr(instance, attribute, None)
    if attribute == "preferred_maintenance_window":
        return before != value.lower()
    if attribute == "vpc_security_group_ids":
        return sorted(before or []) != sorted(value)
    if attribute == "max_allocated_storage":
        return (before or instance.allocated_storage) != value
    return before != value


def check_limits(instance, at_once, waiting):
    ceiling = at_once.get("max_allocated_storage")
    if ceiling is not None and ceiling < waiting.get("AllocatedStorage", instance.allocated_storage):
        refuse("InvalidParameterCombination", "Max storage size must be greater than storage size")
    if at_once.get("monitoring_interval") not in (None, 0, 1, 5, 10, 15, 30, 60):
        refuse("InvalidParameterValue", f"Invalid monitoring interval: {at_once['monitoring_interval']}")
    if at_once.get("monitoring_interval") and not (at_once.get("monitoring_role_arn") or instance.monitoring_role_arn):
        refuse("InvalidParameterCombination",
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.")


def current(instance, name):
    if name == "DBSubnetGroupName":
        return instance.db_subnet_group.name if getattr(instance, "_db_subnet_group_name", None) else None
    return getattr(instance, WAITING[name][1], None)


def wanted_values(response, instance, parameters, names):
    """Checked values of the members that may wait, without those that are so already."""
    wanted = {}
    for name in names:
        value = parameters[name]
        if name in ("DBInstanceClass",):
            check_class(instance.engine, value)
        if name == "EngineVersion":
            value = check_version(instance.engine, instance.engine_version, value, parameters)
            check_upgrade_group(response, instance, value, parameters)
        if name == "NewDBInstanceIdentifier":
            value = value.lower()
            if value != instance.db_instance_identifier and value in response.backend.databases:
                refuse("DBInstanceAlreadyExists", "DB instance already exists")
            response.backend._validate_db_identifier(value)
        if name == "DBSubnetGroupName":
            response.backend.describe_db_subnet_groups(value)
        if name == "CACertificateIdentifier" and value not in catalogue.AUTHORITIES:
            refuse("CertificateNotFound", f"CertificateIdentifier: {value} not found.")
        if name == "AllocatedStorage" and value < instance.allocated_storage:
            refuse("InvalidParameterCombination", f"Invalid storage size for engine name {instance.engine} and storage type "
                   f"{instance.storage_type}: {value}. Storage can't be decreased from {instance.allocated_storage}.")
        if name == "AllocatedStorage" and value > instance.allocated_storage:
            value = max(value, -(-instance.allocated_storage * 11 // 10))
        if value != current(instance, name):
            wanted[name] = value
    if isinstance(instance, DBInstanceClustered):
        if wanted.keys() & (STORAGE | {"BackupRetentionPeriod", "EngineVersion", "EnableIAMDatabaseAuthentication"}):
            refuse("InvalidParameterCombination", f"{sorted(wanted)[0]} is set on the DB cluster, not on its DB instances.")
    elif wanted.keys() & STORAGE:
        if instance.status == "storage-optimization":
            refuse("InvalidParameterCombination", "You can't currently modify the storage of this DB instance because the previous "
                   "storage change is being optimized.")
        target = lambda name: wanted.get(name, current(instance, name))
        changed_kind = target("StorageType") != instance.storage_type
        check_storage(instance.engine, target("AllocatedStorage"), target("StorageType"),
                      wanted.get("Iops") if changed_kind else target("Iops"), wanted.get("StorageThroughput"))
    return wanted


def check_upgrade_group(response, instance, version, parameters):
    """At a major upgrade a custom group needs a successor."""
    if catalogue.major(version) == catalogue.major(instance.engine_version):
        return
    named = parameters.get("DBParameterGroupName")
    if named:
        check_group_family(OF_INSTANCES, response.backend, named, instance.engine, version)
    elif not group_name(instance).startswith("default."):
        refuse("InvalidParameterCombination", "The current DB instance parameter group "
               f"{group_name(instance)} is custom. You must explicitly specify a new parameter group when upgrading to a new major version.")


def changes_apart(response, instance, parameters, sent):
    """Acts for the members that are neither plain nor waiting, each giving the statuses that the instance goes through."""
    acts, life = [], WORLD.life(instance)
    if "MasterUserPassword" in sent:
        acts.append(lambda: [setattr(instance, "master_user_password",
            parameters["MasterUserPassword"])] and ["resetting-master-credentials"])
    secrets = {
        "manage_master_user_password": parameters.get("ManageMasterUserPassword"),
        "master_user_secret_kms_key_id": parameters.get("MasterUserSecretKmsKeyId"),
        "rotate_master_user_password": parameters.get("RotateMasterUserPassword")}
    if secrets["rotate_master_user_password"] and not parameters.get("ApplyImmediately"):
        refuse("InvalidParameterCombination", "You must specify apply immediately when rotating the master user password.")
    if secrets["manage_master_user_password"] == bool(instance.manage_master_user_password):
        secrets["manage_master_user_password"] = None
    if any(value is not None for value in secrets.values()):
        acts.append(lambda: instance.update(**secrets))
    name = parameters.get("DBParameterGroupName")
    if name and name.lower() != group_name(instance):
        # With an upgrade to a new major version the group comes with it, and its family was looked at there.
        upgrade = parameters.get("EngineVersion")
        if not upgrade or catalogue.major(upgrade) == catalogue.major(instance.engine_version):
            check_group_family(OF_INSTANCES, response.backend, name, instance.engine, instance.engine_version)
            acts.append(lambda: swap_group(instance, name))
        else:
            acts.append(lambda: life.__dict__.update(group_after_upgrade=name))
    option = parameters.get("OptionGroupName")
    if option and option != instance.option_group_name:
        acts.append(lambda: setattr(life, "option_group", option))
    exports = parameters.get("CloudwatchLogsExportConfiguration")
    if exports:
        on, off = listed(exports.get("EnableLogTypes") or []), listed(exports.get("DisableLogTypes") or [])
        enabled = set(instance.enabled_cloudwatch_logs_exports)
        for kind in on + off:
            if kind not in catalogue.LOG_TYPES[instance.engine]:
                refuse("InvalidParameterCombination",
                    f"You cannot use the log type {kind} with engine version {instance.engine} {instance.engine_version}.")
        after = sorted((enabled | set(on)) - set(off))
        if after != sorted(enabled):
            acts.append(lambda: [setattr(instance, "enabled_cloudwatch_logs_exports", after)] and ["configuring-log-exports"])
    port = parameters.get("DBPortNumber")
    if port is not None and port != instance.port:
        if not 1150 <= port <= 65535:
            refuse("InvalidParameterValue", f"Invalid port: {port}. Must be between 1150 and 65535.")

        def move():
            instance.port = port
            life.apply_status = "in-sync"
            return ["modifying", "rebooting"]
        acts.append(move)
    return acts


def swap_group(instance, name):
    instance.db_parameter_group_name = name
    WORLD.life(instance).apply_status = "pending-reboot"


def take(instance, statuses, finally_=None):
    """The instance still says `available`, goes through the statuses, and is available."""
    steps = [("stale", lambda first=statuses[0]: setattr(instance, "status", first))]
    steps += [("modify", lambda following=following: setattr(instance, "status", following)) for following in statuses[1:]]

    def done():
        instance.status = "available"
        if finally_:
            finally_()
    WORLD.then(instance, *steps, ("modify", done))


def flush(instance):
    """Everything pending is applied: at ApplyImmediately, or when the window comes."""
    life = WORLD.life(instance)
    pending = dict(life.pending)
    upgrades, renames = "EngineVersion" in pending, "DBInstanceIdentifier" in pending
    grows = bool(pending.keys() & {"AllocatedStorage", "StorageType"})

    def begin():
        instance.status = "upgrading" if upgrades else "renaming" if renames else "modifying"

    def apply():
        apply_pending(instance, pending)
        instance.status = "storage-optimization" if grows else "available"
        WORLD.tell(instance, "configuration change", "Finished applying modification to " + ", ".join(sorted(pending)))

    wait = "upgrade" if upgrades else "rename" if renames else "modify"
    steps = [("stale", begin), (wait, apply)]
    if grows:
        steps.append(("optimize", lambda: setattr(instance, "status", "available")))
    WORLD.then(instance, *steps)


def apply_pending(instance, pending):
    life, backend = WORLD.life(instance), instance.backend
    attributes = {shown: attribute for shown, attribute in WAITING.values()}
    old_key, was_major = WORLD.key(instance), catalogue.major(instance.engine_version)
    restarts = pending.keys() & {"DBInstanceClass", "EngineVersion", "DBSubnetGroupName", "DBInstanceIdentifier"}
    for name, value in pending.items():
        if name == "DBInstanceIdentifier":
            backend.databases.pop(instance.db_instance_identifier)
            backend.databases[value] = instance
        if name == "AllocatedStorage" and instance._max_allocated_storage < value:
            instance._max_allocated_storage = value
        if name == "StorageThroughput":
            instance._storage_throughput = value
            continue
        setattr(instance, attributes[name], value)
        if name == "CACertificateIdentifier":
            instance.CertificateDetails = dict(instance.CertificateDetails, CAIdentifier=value)
        if name == "BackupRetentionPeriod":
            instance.save_automated_backup() if value else drop_backups(instance)
        if name == "StorageType" and value == "gp2":
            (instance.iops, instance._storage_throughput) = (None, None)
    if pending.keys() & STORAGE and instance.storage_type == "gp3" and instance.iops is None:
        (instance.iops, instance._storage_throughput) = (3000, 125)
    if catalogue.major(instance.engine_version) != was_major:
        successor = life.__dict__.pop("group_after_upgrade", None)
        instance.db_parameter_group_name = successor
        suffix = instance.engine_version.split(".")[0]
        instance.option_group_name = f"default:{instance.engine}-{suffix}"
    if restarts:
        life.apply_status = "in-sync"
    if life.option_group:
        (instance.option_group_name, life.option_group) = (life.option_group, None)
    for name, value in pending.items():
        if life.pending.get(name) == value:
            del life.pending[name]
    WORLD.schedule.move(old_key, WORLD.key(instance))
