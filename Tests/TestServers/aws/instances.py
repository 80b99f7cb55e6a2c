"""Instances and their snapshots as RDS treats them: what it refuses, what takes time, what waits for the window or a reboot."""

import copy
import datetime
import re
import time

from moto.rds.models import DBInstance, DBInstanceClustered, RDSBackend
from moto.rds.responses import RDSResponse

import catalogue
from groups import OF_INSTANCES, group_name
from world import WORLD, filters, identity, made_up, now, page, refuse

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
    "NetworkType": "NetworkType", "EngineLifecycleSupport": "EngineLifecycleSupport",
    "VpcSecurityGroupIds": "vpc_security_group_ids", "MaxAllocatedStorage": "max_allocated_storage",
}
# Members that act at once and have a part of their own below.
APART = {
    "MasterUserPassword", "ManageMasterUserPassword", "RotateMasterUserPassword", "MasterUserSecretKmsKeyId", "DBParameterGroupName",
    "OptionGroupName", "CloudwatchLogsExportConfiguration", "DBPortNumber"}

READY = {"available", "storage-optimization", "storage-full", "incompatible-parameters", "incompatible-network", "incompatible-option-group", "incompatible-credentials"}


# ---------------------------------------------------------------- how instances look

def look():
    """Lets moto's instances answer what they have lives for."""
    def endpoint(self):
        if self.status == "creating":
            return None
        address, port = WORLD.life(self).endpoint or ("127.0.0.1", self.port)
        return {"Address": address, "Port": port, "HostedZoneId": "Z29XKXDKYMONMX"}

    def restorable(self):
        if self.status == "creating" or not self.backup_retention_period or self.db_cluster_identifier:
            return None
        return now() - datetime.timedelta(seconds=WORLD.restorable_lag)

    def option_groups(self):
        pending = WORLD.life(self).option_group
        shown = [{"OptionGroupName": self.option_group_name, "Status": "in-sync"}]
        return shown + ([{"OptionGroupName": pending, "Status": "pending-maintenance-apply"}] if pending else [])

    def created(self):
        return None if self.status == "creating" else self.created

    def security_groups(self):
        return [{"Status": "active", "VpcSecurityGroupId": one} for one in self.vpc_security_group_ids or []]

    DBInstance.endpoint = property(endpoint)
    DBInstance.latest_restorable_time = property(restorable)
    DBInstance.option_group_memberships = property(option_groups)
    DBInstance.vpc_security_group_membership_list = property(security_groups)
    DBInstance.instance_create_time = property(created, lambda self, value: None)
    DBInstance.pending_modified_values = property(lambda self: dict(WORLD.life(self).pending))
    DBInstance.db_parameter_group_status_list = property(lambda self: [
        {"DBParameterGroupName": group_name(self), "ParameterApplyStatus": WORLD.life(self).apply_status}])
    DBInstance.db_instance_automated_backups_replication_list = property(lambda self: [
        {"DBInstanceAutomatedBackupsArn": arn} for arn in WORLD.life(self).replications])


def dress(instance, parameters):
    """What moto leaves out of a new instance."""
    instance.dbi_resource_id = identity("db-")
    asked = lambda name, otherwise: parameters[name] if parameters.get(name) is not None else otherwise
    instance.PerformanceInsightsEnabled = asked("EnablePerformanceInsights", False)
    if instance.PerformanceInsightsEnabled:
        instance.PerformanceInsightsRetentionPeriod = asked("PerformanceInsightsRetentionPeriod", 7)
        instance.PerformanceInsightsKMSKeyId = asked("PerformanceInsightsKMSKeyId", "arn:aws:kms:eu-west-1:123456789012:key/aws-rds")
    instance.DatabaseInsightsMode = asked("DatabaseInsightsMode", "standard")
    instance.NetworkType = asked("NetworkType", "IPV4")
    instance.DedicatedLogVolume = asked("DedicatedLogVolume", False)
    instance.EngineLifecycleSupport = asked("EngineLifecycleSupport", "open-source-rds-extended-support")
    instance.BackupTarget = asked("BackupTarget", "region")
    instance.CustomerOwnedIpEnabled = False
    instance.ActivityStreamStatus = "stopped"
    instance.IsStorageConfigUpgradeAvailable = False
    instance.MultiTenant = False
    if instance.ca_certificate_identifier == "rds-ca-default":
        instance.ca_certificate_identifier = catalogue.AUTHORITIES[0]
    instance.CertificateDetails = {
        "CAIdentifier": instance.ca_certificate_identifier, "ValidTill": now() + datetime.timedelta(days=400)}
    if not isinstance(instance, DBInstanceClustered):
        instance.license_model = "postgresql-license"
        if not parameters.get("OptionGroupName") and instance.engine in catalogue.VERSIONS:
            instance._option_group_name = f"default:{instance.engine}-{catalogue.major(instance.engine_version)}"
        instance.publicly_accessible = bool(instance.publicly_accessible)
        if instance.storage_type == "gp3" and instance.allocated_storage < catalogue.GP3_BASELINE_BELOW:
            (instance.iops, instance._storage_throughput) = (3000, 125)


def appear(instance):
    """A new instance is there by and by."""
    WORLD.life(instance).hidden_until = time.monotonic() + WORLD.hide_next
    WORLD.hide_next = 0
    WORLD.life(instance).apply_status = "in-sync"
    instance.status = "creating"

    def available():
        instance.status = "available"

    if instance.backup_retention_period and not instance.db_cluster_identifier:
        WORLD.then(instance, ("create", lambda: setattr(instance, "status", "backing-up")), ("backup", available))
    else:
        WORLD.then(instance, ("create", available))
        drop_backups(instance)
    WORLD.tell(instance, "creation", "DB instance created")


def automated(instance):
    return [
        name for name, one in instance.backend.database_snapshots.items()
        if one.snapshot_type == "automated" and one.dbi_resource_id == instance.dbi_resource_id]


def drop_backups(instance):
    for name in automated(instance):
        del instance.backend.database_snapshots[name]


def find(response, member="DBInstanceIdentifier"):
    name = response.params.get(member)
    return response.backend.describe_db_instances(name)[0]


def must_be_ready(instance, doing=""):
    if instance.status not in READY or (WORLD.is_busy(instance) and instance.status != "storage-optimization"):
        refuse("InvalidDBInstanceState", f"Instance {instance.db_instance_identifier} is not in available state.{doing}")


# ---------------------------------------------------------------- what RDS refuses

def check_class(engine, name):
    if name not in catalogue.classes(engine):
        refuse("InvalidParameterValue", f"Invalid DB Instance class: {name}")


def check_windows(parameters):
    backup = parameters.get("PreferredBackupWindow")
    if backup is not None:
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", backup)
        if not match:
            refuse("InvalidParameterValue", f"Invalid backup window format: {backup}. Should be specified as a range hh24:mi-hh24:mi")
        first, second = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))
        if (second - first) % 1440 < 30:
            refuse("InvalidParameterValue", "The backup window must be at least 30 minutes.")
    window = parameters.get("PreferredMaintenanceWindow")
    days = "(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]"
    if window is not None and not re.fullmatch(f"{days}-{days}", window, re.I):
        refuse("InvalidParameterValue", f"Invalid maintenance window format: {window}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi")


def check_common(parameters, least_retention=0):
    retention = parameters.get("BackupRetentionPeriod")
    if retention is not None and not least_retention <= retention <= 35:
        refuse("InvalidParameterValue",
               f"Invalid backup retention period: {retention}. Must be between {least_retention} and 35.")
    check_windows(parameters)
    password = parameters.get("MasterUserPassword")
    if password is not None and len(password) < 8:
        refuse("InvalidParameterValue", "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.")
    if password is not None and parameters.get("ManageMasterUserPassword"):
        refuse("InvalidParameterCombination", "You can't specify MasterUserPassword when ManageMasterUserPassword is true.")
    check_tags(parameters)


def check_tags(parameters):
    for tag in parameters.get("Tags") or []:
        if tag["Key"].lower().startswith("aws:"):
            refuse("InvalidParameterValue", "The tag key prefix aws: is reserved.")


def check_storage(engine, storage, kind, iops, throughput):
    if kind not in catalogue.STORAGE:
        if kind == "standard":
            return
        refuse("InvalidParameterValue", f"Invalid storage type: {kind}")
    least, most, range_of_iops = catalogue.STORAGE[kind]
    if not least <= storage <= most:
        refuse("InvalidParameterCombination", f"Invalid storage size for engine name {engine} and storage type {kind}: {storage}")
    if kind == "gp3" and storage < catalogue.GP3_BASELINE_BELOW and (iops not in (None, 3000) or throughput not in (None, 125)):
        refuse("InvalidParameterCombination",
               f"You can't specify IOPS or storage throughput for engine {engine} and a storage size less than 400.")
    if kind.startswith("io") and iops is None:
        refuse("InvalidParameterCombination", f"You must specify Iops when you use the storage type {kind}.")
    if iops is not None and range_of_iops is None:
        refuse("InvalidParameterCombination", f"You can't specify IOPS for the storage type {kind}.")
    if iops is not None and not range_of_iops[0] <= iops <= range_of_iops[1]:
        refuse("InvalidParameterCombination", f"Invalid IOPS for the storage type {kind}: {iops}")


def check_version(engine, current, wanted, parameters):
    """The version that an upgrade leads to."""
    resolved = catalogue.resolve(engine, wanted)
    if resolved is None:
        refuse("InvalidParameterCombination", f"Cannot find version {wanted} for {engine}")
    if catalogue.major(wanted) == wanted == catalogue.major(current):
        return current
    if catalogue.key(resolved) < catalogue.key(current):
        refuse("InvalidParameterCombination", f"Cannot upgrade {engine} from {current} to {resolved}")
    if catalogue.major(resolved) != catalogue.major(current) and not parameters.get("AllowMajorVersionUpgrade"):
        refuse("InvalidParameterCombination", "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
    return resolved


def check_group_family(kind, backend, name, engine, version):
    group = kind.find(backend, name)
    wanted = catalogue.family(engine, version)
    if kind.family(group) != wanted:
        refuse("InvalidParameterCombination", f"The parameter group {name} with DBParameterGroupFamily {kind.family(group)} can't be used "
               f"for this instance. Please use a parameter group with DBParameterGroupFamily {wanted}")


def check_new(response, parameters):
    engine = parameters["Engine"]
    check_common(parameters)
    if engine not in catalogue.VERSIONS:
        return
    cluster = response.backend.clusters.get(parameters.get("DBClusterIdentifier") or "")
    version = catalogue.resolve(engine, parameters.get("EngineVersion") or (cluster and cluster.engine_version))
    if version is None:
        refuse("InvalidParameterCombination", f"Cannot find version {parameters['EngineVersion']} for {engine}")
    if cluster is not None and version != cluster.engine_version:
        refuse("InvalidParameterCombination", "The engine version that you requested for your DB instance does not match that of your DB cluster.")
    parameters["EngineVersion"] = version
    check_class(engine, parameters["DBInstanceClass"])
    if parameters.get("DBParameterGroupName"):
        check_group_family(OF_INSTANCES, response.backend, parameters["DBParameterGroupName"], engine, version)
    if engine.startswith("aurora"):
        if cluster is None:
            refuse("DBClusterNotFoundFault", f"The source cluster could not be found: {parameters.get('DBClusterIdentifier')}")
        return
    if parameters.get("AllocatedStorage") is None:
        refuse("InvalidParameterCombination", "The parameter AllocatedStorage must be provided and must not be blank.")
    if not parameters.get("MasterUsername") or not (parameters.get("MasterUserPassword") or parameters.get("ManageMasterUserPassword")):
        refuse("InvalidParameterValue", "The parameters MasterUsername and MasterUserPassword must be provided and must not be blank.")
    check_storage(engine, parameters["AllocatedStorage"], parameters.get("StorageType") or "gp2", parameters.get("Iops"), parameters.get("StorageThroughput"))
    ceiling = parameters.get("MaxAllocatedStorage")
    if ceiling is not None and ceiling < parameters["AllocatedStorage"]:
        refuse("InvalidParameterCombination", "Max storage size must be greater than storage size")


# ---------------------------------------------------------------- modifications

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
        AT_ONCE[name]: listed(parameters[name]) for name in sent & set(AT_ONCE) if differs(instance, AT_ONCE[name], parameters[name])}
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


def made_up_of(instance, name="DBInstance"):
    from moto.core.responses import ActionResult
    return ActionResult({name: instance})


def frozen(instance):
    """The instance as it is now, for an answer while time goes on. It keeps the life."""
    same = copy.copy(instance)
    life = copy.copy(WORLD.life(instance))
    life.pending = dict(life.pending)
    WORLD.lives[same] = life
    return same


def listed(value):
    return list(value) if isinstance(value, (list, tuple)) else value


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
        refuse("InvalidParameterCombination", "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.")


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
        acts.append(lambda: [setattr(instance, "master_user_password", parameters["MasterUserPassword"])] and ["resetting-master-credentials"])
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
                refuse("InvalidParameterCombination", f"You cannot use the log type {kind} with engine version {instance.engine} {instance.engine_version}.")
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


# ---------------------------------------------------------------- life and death

def reboot(response):
    instance = find(response)
    must_be_ready(instance)
    if response.params.get("ForceFailover") and not instance.multi_az:
        refuse("InvalidParameterCombination", "Cannot force failover for a single-AZ DB instance.")
    restart(instance)
    return made_up_of(instance)


def restart(instance):
    def done():
        instance.status = "available"
        life = WORLD.life(instance)
        life.apply_status = "in-sync"
        if instance.db_cluster_identifier:
            WORLD.life(instance.cluster).members_apply_status.pop(instance.db_instance_identifier, None)
        WORLD.tell(instance, "availability", "DB instance restarted")
    instance.status = "rebooting"
    WORLD.then(instance, ("reboot", done))


def delete(response, by_moto):
    parameters, backend = response.params, response.backend
    instance = find(response)
    skip, final = bool(parameters.get("SkipFinalSnapshot")), parameters.get("FinalDBSnapshotIdentifier")
    is_member, is_replica = instance.db_cluster_identifier is not None, instance.is_replica
    if instance.deletion_protection:
        refuse("InvalidParameterCombination", "Cannot delete protected DB Instance, please disable deletion protection and try again.")
    if instance.status in ("creating", "deleting", "modifying", "rebooting", "upgrading", "renaming"):
        refuse("InvalidDBInstanceState", f"Instance {instance.db_instance_identifier} is already being deleted."
               if instance.status == "deleting" else f"Cannot delete DB instance {instance.db_instance_identifier} while it is {instance.status}.")
    if skip and final:
        refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier cannot be specified when skipFinalSnapshot is specified.")
    if final and (is_member or is_replica):
        refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance or a read replica.")
    if not (skip or final or is_member or is_replica):
        refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if final:
        response.backend.validate_db_snapshot_identifier(final, parameter_name="FinalDBSnapshotIdentifier")
        backend.create_db_snapshot(instance.db_instance_identifier, final)
    keep = parameters.get("DeleteAutomatedBackups") is False
    WORLD.schedule.drop(WORLD.key(instance))
    instance.status = "deleting"

    def gone():
        if keep and instance.backup_retention_period:
            WORLD.backups[instance.dbi_resource_id] = backup_of(instance) | {"Status": "retained"}
        if instance.db_instance_identifier in backend.databases:
            vanish(instance, keep)
    WORLD.then(instance, ("delete", gone))
    return made_up_of(instance)


def vanish(instance, keep_backups=False):
    """Takes the instance away at once, as if somebody else had deleted it."""
    instance.deletion_protection = False
    WORLD.schedule.drop(WORLD.key(instance))
    WORLD.tell(instance, "deletion", "DB instance deleted")
    instance.backend.delete_db_instance(
        instance.db_instance_identifier, skip_final_snapshot=True, delete_automated_backups=not keep_backups)


def stop(response, by_moto):
    instance = find(response)
    must_be_ready(instance)
    instance.status = "available"
    by_moto(response)
    instance.status = "stopping"
    WORLD.then(instance, ("stop", lambda: setattr(instance, "status", "stopped")))
    return made_up_of(instance)


def start(response, by_moto):
    instance = find(response)
    by_moto(response)

    def started():
        instance.status = "available"
        WORLD.life(instance).apply_status = "in-sync"
    instance.status = "starting"
    WORLD.then(instance, ("start", started))
    return made_up_of(instance)


def new_from(by_moto, member):
    """A restore or a replica: moto makes it, and it takes its time."""
    def action(response):
        parameters = response.params
        check_common(parameters)
        name = parameters[member]
        if name in response.backend.databases:
            refuse("DBInstanceAlreadyExists", "DB instance already exists")
        if parameters.get("DBInstanceClass"):
            check_class("postgres", parameters["DBInstanceClass"])
        check_source(response, parameters)
        by_moto(response)
        instance = response.backend.databases[name]
        WORLD.lives.pop(instance, None)
        dress(instance, parameters)
        instance.created = now()
        instance.deletion_protection = bool(parameters.get("DeletionProtection"))
        if parameters.get("Tags") is not None:
            instance.tags = list(parameters["Tags"])
        if not instance.is_replica and instance.backup_retention_period and not automated(instance):
            instance.save_automated_backup()
        if instance.is_replica:
            instance.db_instance_identifier = name
            instance.source_db_instance_identifier = parameters["SourceDBInstanceIdentifier"]
            instance.backup_retention_period = 0
        appear(instance)
        return made_up_of(instance)
    return action


def check_source(response, parameters):
    source = parameters.get("SourceDBInstanceIdentifier")
    if not source:
        return
    instance = response.backend.find_db_from_id(source)
    if parameters.get("TargetDBInstanceIdentifier") is None:
        if not instance.backup_retention_period:
            refuse("InvalidDBInstanceState", "Automated backups are not enabled for this database instance. To enable automated backups, "
                   "use ModifyDBInstance to set the backup retention period to a non-zero value.")
        return
    if not instance.backup_retention_period:
        refuse("PointInTimeRestoreNotEnabled", f"Point in time restore is not enabled for instance {source}.")
    when = parameters.get("RestoreTime")
    if (when is None) == (not parameters.get("UseLatestRestorableTime")):
        refuse("InvalidParameterCombination", "Specify exactly one of RestoreTime and UseLatestRestorableTime.")
    if when is not None:
        when = when.replace(tzinfo=None)
        if not instance.created.replace(tzinfo=None, microsecond=0) <= when <= now():
            refuse("InvalidParameterValue", f"The restore time {when.isoformat()}Z is outside of the window in which {source} can be restored.")


def snapshot(response, by_moto):
    instance = find(response)
    if instance.status not in READY | {"stopped"}:
        refuse("InvalidDBInstanceState", f"Cannot create a snapshot because the database instance {instance.db_instance_identifier} is not "
               "currently in the available state.")
    result = by_moto(response)
    settle(response.backend.database_snapshots[response.params["DBSnapshotIdentifier"]])
    return result


def copy_snapshot(response, by_moto):
    """From another region too, where the source is named by its ARN."""
    parameters = response.params
    source = parameters["SourceDBSnapshotIdentifier"]
    target = parameters["TargetDBSnapshotIdentifier"]
    if source.startswith("arn:"):
        region, account, name = source.split(":", 6)[3], source.split(":", 6)[4], source.split(":", 6)[6]
        from moto.rds.models import rds_backends
        origin = rds_backends[account][region]
        if name not in origin.database_snapshots:
            refuse("DBSnapshotNotFound", f"DBSnapshot {name} not found.")
        if region != response.backend.region_name and origin.database_snapshots[name].encrypted and not parameters.get("KmsKeyId"):
            refuse("InvalidParameterCombination", "KmsKeyId is needed to copy an encrypted snapshot to another region.")
        if target in response.backend.database_snapshots:
            refuse("DBSnapshotAlreadyExists", f"Cannot create the snapshot because a snapshot with the identifier {target} already exists.")
        from moto.rds.models import DBSnapshot
        original = origin.database_snapshots[name]
        tags = list(parameters.get("Tags") or []) or (list(original.tags) if parameters.get("CopyTags") else [])
        made = DBSnapshot(
            response.backend, original.database, target, tags=tags, kms_key_id=parameters.get("KmsKeyId"),
            original_created_at=original.original_snapshot_create_time)
        # What the snapshot holds of the instance, the instance may have changed since.
        for attribute in ("allocated_storage", "dbi_resource_id", "engine_version", "db_instance_identifier"):
            setattr(made, attribute, getattr(original, attribute))
        made.tags = tags
        made.SourceRegion = region
        made.SourceDBSnapshotIdentifier = source
        response.backend.database_snapshots[target] = made
        settle(made)
        return made_up_of(made, "DBSnapshot")
    result = by_moto(response)
    settle(response.backend.database_snapshots[target])
    return result


def settle(made):
    (made.status, made.percent_progress) = ("creating", 20)
    WORLD.then(made, ("snapshot", lambda: made.__dict__.update(status="available", percent_progress=100)))


# ---------------------------------------------------------------- backups kept by RDS

def backup_of(instance):
    return {
        "DBInstanceArn": instance.arn, "DbiResourceId": instance.dbi_resource_id, "Region": instance.region,
        "DBInstanceIdentifier": instance.db_instance_identifier, "Status": "active",
        "RestoreWindow": {"EarliestTime": instance.created.replace(microsecond=0, tzinfo=None), "LatestTime": now() - datetime.timedelta(seconds=WORLD.restorable_lag)},
        "AllocatedStorage": instance.allocated_storage, "Port": instance.port, "AvailabilityZone": instance.availability_zone,
        "InstanceCreateTime": instance.created.replace(microsecond=0, tzinfo=None), "MasterUsername": instance.master_username, "Engine": instance.engine,
        "EngineVersion": instance.engine_version, "LicenseModel": instance.license_model, "OptionGroupName": instance.option_group_name,
        "Encrypted": bool(instance.storage_encrypted), "StorageType": instance.storage_type, "KmsKeyId": instance.kms_key_id,
        "IAMDatabaseAuthenticationEnabled": bool(instance.enable_iam_database_authentication),
        "BackupRetentionPeriod": instance.backup_retention_period, "PreferredBackupWindow": instance.preferred_backup_window,
        "DBInstanceAutomatedBackupsArn": backup_arn(instance, instance.region), "BackupTarget": "region",
        "DBInstanceAutomatedBackupsReplications": [
            {"DBInstanceAutomatedBackupsArn": arn} for arn in WORLD.life(instance).replications],
        "TagList": [dict(tag) for tag in instance.tags],
    }


def backup_arn(instance, region):
    return f"arn:aws:rds:{region}:{instance.account_id}:auto-backup:ab-{instance.dbi_resource_id[3:].lower()}"


def backups(backend):
    active = [
        backup_of(one) for one in backend.databases.values()
        if not one.db_cluster_identifier and one.backup_retention_period and one.status != "creating"]
    return active + [
        one for one in WORLD.backups.values()
        if one["DBInstanceAutomatedBackupsArn"].split(":")[3] == backend.region_name and one["DBInstanceArn"].split(":")[4] == backend.account_id]


def describe_backups(response):
    parameters = response.params
    wanted = {
        "DbiResourceId": parameters.get("DbiResourceId"), "DBInstanceIdentifier": parameters.get("DBInstanceIdentifier"),
        "DBInstanceAutomatedBackupsArn": parameters.get("DBInstanceAutomatedBackupsArn")}
    members = {"status": "Status", "db-instance-id": "DBInstanceIdentifier", "dbi-resource-id": "DbiResourceId"}
    given = filters(parameters)
    for name in given:
        if name not in members:
            refuse("InvalidParameterValue", f"Unrecognized filter name: {name}")
    found = [
        one for one in backups(response.backend)
        if all(value is None or one[name] == value for name, value in wanted.items())
        and all(one[members[name]] in values for name, values in given.items())]
    if not found and any(wanted.values()):
        refuse("DBInstanceAutomatedBackupNotFound", "The automated backup was not found.")
    return made_up(page(parameters, found, "DBInstanceAutomatedBackups"))


def start_replication(response):
    parameters, backend = response.params, response.backend
    instance = backend.find_db_from_id(parameters["SourceDBInstanceArn"])
    if instance.region == backend.region_name:
        refuse("InvalidParameterValue", "The source and the destination region can't be the same.")
    if not instance.backup_retention_period:
        refuse("InvalidDBInstanceState", "Automated backups are not enabled for the source DB instance.")
    if instance.storage_encrypted and not parameters.get("KmsKeyId"):
        refuse("InvalidParameterCombination", "KmsKeyId is needed to replicate backups of an encrypted DB instance.")
    arn = backup_arn(instance, backend.region_name)
    if arn in WORLD.life(instance).replications:
        refuse("InvalidDBInstanceState", "The automated backups are already being replicated.")
    WORLD.life(instance).replications.append(arn)
    retention = parameters.get("BackupRetentionPeriod") or 7
    replica = backup_of(instance) | {
        "DBInstanceAutomatedBackupsArn": arn, "Status": "replicating", "BackupRetentionPeriod": retention,
        "KmsKeyId": parameters.get("KmsKeyId"), "DBInstanceAutomatedBackupsReplications": []}
    WORLD.backups[arn] = replica
    return made_up({"DBInstanceAutomatedBackup": replica})


def stop_replication(response):
    instance = response.backend.find_db_from_id(response.params["SourceDBInstanceArn"])
    arn = backup_arn(instance, response.backend.region_name)
    if arn not in WORLD.life(instance).replications:
        refuse("InvalidDBInstanceState", "The automated backups are not being replicated.")
    WORLD.life(instance).replications.remove(arn)
    replica = WORLD.backups[arn] = WORLD.backups[arn] | {"Status": "retained"}
    return made_up({"DBInstanceAutomatedBackup": replica})


def delete_backup(response):
    parameters = response.params
    for key, one in WORLD.backups.items():
        if parameters.get("DBInstanceAutomatedBackupsArn") == one["DBInstanceAutomatedBackupsArn"] or (
                parameters.get("DbiResourceId") == one["DbiResourceId"]):
            del WORLD.backups[key]
            return made_up({"DBInstanceAutomatedBackup": one | {"Status": "deleting"}})
    refuse("DBInstanceAutomatedBackupNotFound", "The automated backup was not found.")


# ---------------------------------------------------------------- installation

def install():
    look()
    by_moto = {
        name: getattr(RDSResponse, name) for name in (
            "create_db_instance", "delete_db_instance", "stop_db_instance", "start_db_instance", "create_db_snapshot", "copy_db_snapshot",
            "restore_db_instance_from_db_snapshot", "restore_db_instance_to_point_in_time", "create_db_instance_read_replica",
            "promote_read_replica", "list_tags_for_resource", "add_tags_to_resource")}

    def create(self):
        check_new(self, self.params)
        by_moto["create_db_instance"](self)
        instance = self.backend.databases[self.params["DBInstanceIdentifier"]]
        dress(instance, self.params)
        for one in self.backend.database_snapshots.values():
            if one.snapshot_type == "automated" and one.db_instance_identifier == instance.db_instance_identifier and one.status == "available":
                one.dbi_resource_id = instance.dbi_resource_id
        appear(instance)
        return made_up_of(instance)

    def promote(self):
        instance = find(self)
        must_be_ready(instance)
        if not instance.is_replica:
            refuse("InvalidDBInstanceState", f"DB Instance {instance.db_instance_identifier} is not a read replica.")
        source = instance.source_db_instance_identifier
        by_moto["promote_read_replica"](self)
        instance.source_db_instance_identifier = None
        primary = self.backend.find_db_from_id(source)
        primary.replicas = [one for one in primary.replicas if instance.db_instance_identifier not in one]
        instance.status = "modifying"
        WORLD.then(instance, ("modify", lambda: setattr(instance, "status", "available")))
        return made_up_of(instance)

    def tagged(action):
        def checked(self):
            arn = self.params["ResourceName"]
            if self.backend._get_resource_for_tagging(arn) is None:
                kind = arn.split(":")[5]
                code = {"db": "DBInstanceNotFound", "cluster": "DBClusterNotFoundFault", "snapshot": "DBSnapshotNotFound",
                        "pg": "DBParameterGroupNotFound"}.get(kind, "InvalidParameterValue")
                refuse(code, f"The specified resource name does not match an RDS resource: {arn}")
            check_tags(self.params)
            return action(self)
        return checked

    RDSResponse.create_db_instance = create
    RDSResponse.modify_db_instance = modify
    RDSResponse.reboot_db_instance = reboot
    RDSResponse.promote_read_replica = promote
    for name, action in (("delete_db_instance", delete), ("stop_db_instance", stop), ("start_db_instance", start),
                         ("create_db_snapshot", snapshot), ("copy_db_snapshot", copy_snapshot)):
        setattr(RDSResponse, name, lambda self, action=action, name=name: action(self, by_moto[name]))
    for name, member in (("restore_db_instance_from_db_snapshot", "DBInstanceIdentifier"),
                         ("restore_db_instance_to_point_in_time", "TargetDBInstanceIdentifier"),
                         ("create_db_instance_read_replica", "DBInstanceIdentifier")):
        setattr(RDSResponse, name, new_from(by_moto[name], member))
    RDSResponse.list_tags_for_resource = tagged(by_moto["list_tags_for_resource"])
    RDSResponse.add_tags_to_resource = tagged(by_moto["add_tags_to_resource"])
    RDSResponse.describe_db_instance_automated_backups = describe_backups
    RDSResponse.start_db_instance_automated_backups_replication = start_replication
    RDSResponse.stop_db_instance_automated_backups_replication = stop_replication
    RDSResponse.delete_db_instance_automated_backup = delete_backup

    described = RDSBackend.describe_db_instances

    def describe_db_instances(self, db_instance_identifier=None, filters=None):
        shown = [
            one for one in described(self, db_instance_identifier, filters)
            if one not in WORLD.lives or WORLD.life(one).hidden_until <= time.monotonic()]
        if db_instance_identifier and not shown:
            refuse("DBInstanceNotFound", f"DBInstance {db_instance_identifier} not found.")
        return shown
    RDSBackend.describe_db_instances = describe_db_instances

    saved = DBInstance.save_automated_backup

    def save_automated_backup(self):
        # A name is for a minute; an instance made anew within it has its backup already.
        name = f"rds:{self.db_instance_identifier}-{datetime.datetime.utcnow().strftime('%Y-%m-%d-%H-%M')}"
        self.backend.database_snapshots.pop(name, None)
        saved(self)
    DBInstance.save_automated_backup = save_automated_backup
