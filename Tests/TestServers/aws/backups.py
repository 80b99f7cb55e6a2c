"""Snapshots and the backups that RDS keeps: copies, replication to another region, sources of restores."""

import contextlib
import datetime

from moto.rds.models import DBClusterSnapshot, DBSnapshot, rds_backends

from lives import READY, find, made_up_of
from world import WORLD, filters, made_up, now, page, refuse


def snapshot(response, by_moto):
    instance = find(response)
    if instance.status not in READY | {"stopped"}:
        refuse("InvalidDBInstanceState",
            f"Cannot create a snapshot because the database instance {instance.db_instance_identifier} is not "
               "currently in the available state.")
    result = by_moto(response)
    settle(response.backend.database_snapshots[response.params["DBSnapshotIdentifier"]])
    return result


class Kind:
    """Snapshots of instances and of clusters: one behaviour under two names."""

    def __init__(self, structure, source, missing, exists):
        self.structure, self.source, self.missing, self.exists = structure, source, missing, exists
        self.member = structure + "Identifier"

    def all(self, backend):
        return backend.database_snapshots if self.structure == "DBSnapshot" else backend.cluster_snapshots

    def copy(self, backend, original, target, tags, key):
        if self.structure == "DBSnapshot":
            made = DBSnapshot(
                backend, original.database, target, tags=tags, kms_key_id=key,
                original_created_at=original.original_snapshot_create_time)
            kept = ("allocated_storage", "dbi_resource_id", "engine_version", "db_instance_identifier")
        else:
            # moto writes the key of the copy into the cluster.
            with_key = (original.cluster.kms_key_id, original.cluster.storage_encrypted)
            made = DBClusterSnapshot(backend, original.cluster, target, tags=tags, kms_key_id=key)
            (original.cluster.kms_key_id, original.cluster.storage_encrypted) = with_key
            kept = ("allocated_storage", "engine_version", "db_cluster_identifier")
        # What the snapshot holds of the instance, the instance may have changed since.
        for attribute in kept:
            setattr(made, attribute, getattr(original, attribute))
        made.encrypted = bool(key) or is_encrypted(original)
        made.kms_key_id = key or original.kms_key_id if made.encrypted else None
        made.tags = tags
        return made


OF_INSTANCES = Kind("DBSnapshot", "SourceDBSnapshotIdentifier", "DBSnapshotNotFound", "DBSnapshotAlreadyExists")
OF_CLUSTERS = Kind(
    "DBClusterSnapshot", "SourceDBClusterSnapshotArn", "DBClusterSnapshotNotFoundFault", "DBClusterSnapshotAlreadyExistsFault")


def is_encrypted(snapshot):
    """moto calls snapshots encrypted that have moto's default key and no encryption."""
    whole = snapshot.database if isinstance(snapshot, DBSnapshot) else snapshot.cluster
    return bool(snapshot.encrypted and whole.storage_encrypted)


def has_default_key(snapshot):
    """Of the key that RDS takes where none is named, moto knows no more than that."""
    key = snapshot.kms_key_id or ""
    return key == "default_kms_key_id" or key.endswith("alias/aws/rds")


def copy_snapshot(response, by_moto, kind=OF_INSTANCES):
    """From another region and account too, where the source is named by its ARN."""
    parameters, backend = response.params, response.backend
    source = parameters[f"Source{kind.member}"]
    target = parameters[f"Target{kind.member}"]
    if not source.startswith("arn:"):
        result = by_moto(response)
        settle(kind.all(backend)[target])
        return result
    region, account, name = source.split(":", 6)[3], source.split(":", 6)[4], source.split(":", 6)[6]
    original = kind.all(rds_backends[account][region]).get(name)
    is_foreign = account != backend.account_id
    # RDS tells nobody of what isn't shared with them.
    if original is None or is_foreign and backend.account_id not in original.attributes["restore"]:
        refuse(kind.missing, f"{kind.structure} {source} not found.")
    if original.status != "available":
        refuse("InvalidDBSnapshotState", f"The snapshot {source} is not in the available state.")
    key = parameters.get("KmsKeyId")
    if key is not None:
        key = backend._validate_kms_key(key)
    if is_encrypted(original) and not key and is_foreign:
        refuse("InvalidParameterCombination", "KmsKeyId is needed to copy an encrypted snapshot that is shared by another account.")
    if is_encrypted(original) and not key and region != backend.region_name:
        refuse("InvalidParameterCombination", "KmsKeyId is needed to copy an encrypted snapshot to another region.")
    if target in kind.all(backend):
        refuse(kind.exists, f"Cannot create the snapshot because a snapshot with the identifier {target} already exists.")
    tags = list(parameters.get("Tags") or []) or (list(original.tags) if parameters.get("CopyTags") else [])
    made = kind.copy(backend, original, target, tags, key)
    if kind is OF_INSTANCES:
        made.SourceRegion = region
    if is_foreign or region != backend.region_name:
        setattr(made, kind.source, source)
    kind.all(backend)[target] = made
    settle(made, "copy")
    return made_up_of(made, kind.structure)


def copy_cluster_snapshot(response, by_moto):
    return copy_snapshot(response, by_moto, OF_CLUSTERS)


def share(response, by_moto, kind):
    """Gives other accounts leave to copy, or takes it back; moto gives it for whatever has a name."""
    parameters = response.params
    found = kind.all(response.backend).get(parameters[kind.member])
    if found is None:
        refuse(kind.missing, f"{kind.structure} {parameters[kind.member]} not found.")
    if found.status != "available":
        refuse("InvalidDBSnapshotState", f"The snapshot {parameters[kind.member]} is not in the available state.")
    for account in parameters.get("ValuesToAdd") or []:
        if is_encrypted(found) and has_default_key(found):
            refuse("InvalidParameterCombination",
                "Sharing snapshots encrypted with the default service key for RDS is currently not supported.")
        if account != "all" and not (account.isdigit() and len(account) == 12):
            refuse("InvalidParameterValue", f"{account} is no account.")
        # Given twice it is given once.
        found.attributes["restore"] = [one for one in found.attributes["restore"] if one != account]
    return by_moto(response)


def settle(made, timing="snapshot"):
    (made.status, made.percent_progress) = ("creating", 20)
    WORLD.then(made, (timing, lambda: made.__dict__.update(status="available", percent_progress=100)))


@contextlib.contextmanager
def source_present(backend, parameters):
    """moto restores by name from what is there; a source may be named otherwise, and be gone with its backups kept."""
    wanted = parameters.get("SourceDbiResourceId") or parameters.get("SourceDBInstanceAutomatedBackupsArn")
    if not wanted or parameters.get("SourceDBInstanceIdentifier"):
        yield
        return
    living = {one.dbi_resource_id: one for one in backend.databases.values()}
    kept = {one["DBInstanceAutomatedBackupsArn"]: key for key, one in WORLD.backups.items()}
    identifier = kept.get(wanted, wanted)
    source = living.get(identifier) or WORLD.retained.get(identifier)
    if source is None:
        refuse("DBInstanceAutomatedBackupNotFound", "The automated backup was not found.")
    parameters["SourceDBInstanceIdentifier"] = name = source.db_instance_identifier
    in_its_place = backend.databases.get(name)
    backend.databases[name] = source
    try:
        yield
    finally:
        if in_its_place is not None:
            backend.databases[name] = in_its_place
        else:
            backend.databases.pop(name)


def check_source(response, parameters):
    source = parameters.get("SourceDBInstanceIdentifier")
    if not source:
        return
    instance = response.backend.find_db_from_id(source)
    if parameters.get("TargetDBInstanceIdentifier") is None:
        if not instance.backup_retention_period:
            refuse("InvalidDBInstanceState",
                "Automated backups are not enabled for this database instance. To enable automated backups, "
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
            refuse("InvalidParameterValue",
                f"The restore time {when.isoformat()}Z is outside of the window in which {source} can be restored.")


def backup_of(instance):
    return {
        "DBInstanceArn": instance.arn, "DbiResourceId": instance.dbi_resource_id, "Region": instance.region,
        "DBInstanceIdentifier": instance.db_instance_identifier, "Status": "active",
        "RestoreWindow": {"EarliestTime": instance.created.replace(microsecond=0, tzinfo=None),
            "LatestTime": now() - datetime.timedelta(seconds=WORLD.restorable_lag)},
        "AllocatedStorage": instance.allocated_storage, "Port": instance.port, "AvailabilityZone": instance.availability_zone,
        "InstanceCreateTime": instance.created.replace(microsecond=0, tzinfo=None), "MasterUsername": instance.master_username,
            "Engine": instance.engine,
        "EngineVersion": instance.engine_version, "LicenseModel": instance.license_model,
            "OptionGroupName": instance.option_group_name,
        "Encrypted": bool(instance.storage_encrypted), "StorageType": instance.storage_type, "KmsKeyId": instance.kms_key_id,
        "IAMDatabaseAuthenticationEnabled": bool(instance.enable_iam_database_authentication),
        "BackupRetentionPeriod": instance.backup_retention_period, "PreferredBackupWindow": instance.preferred_backup_window,
        "DBInstanceAutomatedBackupsArn": backup_arn(instance, instance.region), "BackupTarget": "region",
        "DBInstanceAutomatedBackupsReplications": [
            {"DBInstanceAutomatedBackupsArn": arn} for arn in WORLD.life(instance).replications],
        "TagList": tag_list(instance.tags),
    }


def tag_list(tags):
    """What moto keeps of a request knows its members by other spellings too."""
    return [{"Key": one["Key"], "Value": one["Value"]} for one in tags or []]


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
        "KmsKeyId": parameters.get("KmsKeyId"), "DBInstanceAutomatedBackupsReplications": [],
        "TagList": tag_list(parameters.get("Tags"))}
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
