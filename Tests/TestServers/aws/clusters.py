"""Aurora clusters: what waits, what is refused, and what takes time."""

import datetime

from moto.core.responses import ActionResult
from moto.rds.models import DBCluster, MasterUserSecret
from moto.rds.responses import RDSResponse

import catalogue
import instances
from groups import OF_CLUSTERS
from lives import frozen, listed, made_up_of
from modifications import differs, take
from refusals import check_common, check_group_family, check_version
from world import WORLD, filters, made_up, now, page, refuse

HOW = {"DBClusterIdentifier", "ApplyImmediately", "AllowMajorVersionUpgrade", "DBInstanceParameterGroupName",
    "AllowEngineModeChange"}
WAITING = {
    "EngineVersion": ("EngineVersion", "engine_version"), "NewDBClusterIdentifier": ("DBClusterIdentifier",
        "db_cluster_identifier"),
    "EnableIAMDatabaseAuthentication": ("IAMDatabaseAuthenticationEnabled", "iam_auth"),
    "MasterUserPassword": ("MasterUserPassword", "master_user_password")}
AT_ONCE = {
    "BackupRetentionPeriod": "backup_retention_period", "PreferredBackupWindow": "preferred_backup_window",
    "PreferredMaintenanceWindow": "preferred_maintenance_window", "DeletionProtection": "deletion_protection",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot", "VpcSecurityGroupIds": "vpc_security_group_ids",
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade", "NetworkType": "network_type", "StorageType": "StorageType",
    "EngineLifecycleSupport": "EngineLifecycleSupport", "DatabaseInsightsMode": "DatabaseInsightsMode",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled", "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod", "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn"}
APART = {
    "DBClusterParameterGroupName", "CloudwatchLogsExportConfiguration", "ServerlessV2ScalingConfiguration", "Port",
    "ManageMasterUserPassword", "MasterUserSecretKmsKeyId", "RotateMasterUserPassword"}


def look():
    def members(self):
        statuses = WORLD.life(self).members_apply_status
        return [
            {
                "DBInstanceIdentifier": one.db_instance_identifier, "IsClusterWriter": one.is_cluster_writer,
                "DBClusterParameterGroupStatus": statuses.get(one.db_instance_identifier, "in-sync"),
                "PromotionTier": one.promotion_tier,
            } for one in self.members]

    def endpoint(self):
        return (WORLD.life(self).endpoint or ("127.0.0.1", None))[0]

    def port(self):
        return (WORLD.life(self).endpoint or (None, self._port))[1]

    def restorable(self):
        return now() - datetime.timedelta(seconds=WORLD.restorable_lag)

    # moto turns `creating` into `available` when it is first read.
    DBCluster.status = property(lambda self: self._status, lambda self, value: setattr(self, "_status", value))
    DBCluster.db_cluster_members = property(members)
    DBCluster.endpoint = property(endpoint)
    DBCluster.reader_endpoint = property(endpoint)
    DBCluster.port = property(port, lambda self, value: setattr(self, "_port", value))
    DBCluster.latest_restorable_time = property(restorable)
    DBCluster.pending_modified_values = property(lambda self: dict(WORLD.life(self).pending))


def find(response):
    return response.backend.describe_db_clusters(response.params.get("DBClusterIdentifier"))[0]


def must_be_ready(cluster):
    if cluster.status != "available" or WORLD.is_busy(cluster):
        refuse("InvalidDBClusterStateFault", f"DbCluster {cluster.db_cluster_identifier} is not in available state.")


def answer(cluster):
    return made_up_of(cluster, "DBCluster")


def create(response, by_moto):
    parameters = response.params
    engine, name = parameters["Engine"], parameters["DBClusterIdentifier"]
    check_common(parameters, least_retention=1)
    if name in response.backend.clusters:
        refuse("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    response.backend._validate_db_identifier(name)
    if engine.startswith("aurora"):
        version = catalogue.resolve(engine, parameters.get("EngineVersion"))
        if version is None:
            refuse("InvalidParameterCombination", f"Cannot find version {parameters.get('EngineVersion')} for {engine}")
        parameters["EngineVersion"] = version
        group = parameters.get("DBClusterParameterGroupName")
        if group:
            check_group_family(OF_CLUSTERS, response.backend, group, engine, version)
    check_scaling(parameters)
    # moto knows no types of Aurora's storage, and looks for their smallest size.
    storage = parameters.pop("StorageType", None)
    by_moto(response)
    if storage is not None:
        parameters["StorageType"] = storage
    appear(response.backend.clusters[name], parameters)
    return answer(response.backend.clusters[name])


def appear(cluster, parameters):
    if not parameters.get("DBClusterParameterGroupName") and cluster.engine in catalogue.VERSIONS:
        cluster.parameter_group = f"default.{catalogue.family(cluster.engine, cluster.engine_version)}"
        OF_CLUSTERS.find(cluster.backend, cluster.parameter_group)
    cluster.AutoMinorVersionUpgrade = parameters.get("AutoMinorVersionUpgrade") is not False
    cluster.EngineLifecycleSupport = parameters.get("EngineLifecycleSupport") or "open-source-rds-extended-support"
    cluster.StorageType = told(parameters.get("StorageType"))
    cluster.DatabaseInsightsMode = parameters.get("DatabaseInsightsMode") or "standard"
    cluster.PerformanceInsightsEnabled = bool(parameters.get("EnablePerformanceInsights"))
    if not parameters.get("VpcSecurityGroupIds") and not cluster.vpc_security_group_ids:
        cluster.vpc_security_group_ids = ["sg-default"]
    cluster.status = "creating"
    WORLD.then(cluster, ("create", lambda: setattr(cluster, "status", "available")))
    WORLD.tell(cluster, "creation", "DB cluster created")


def told(storage):
    """RDS doesn't tell the usual type. Source: CreateDBCluster, StorageType, in botocore 1.43.11."""
    return None if storage == "aurora" else storage


def check_scaling(parameters):
    scaling = parameters.get("ServerlessV2ScalingConfiguration")
    if not scaling:
        return
    least, most = scaling.get("MinCapacity"), scaling.get("MaxCapacity")
    right = least is not None and most is not None and 0 <= least <= most <= 256 and most >= 1 and (least * 2) % 1 == (most * 2) % 1 == 0
    if not right:
        refuse("InvalidParameterValue",
            "Serverless v2 capacity must be between 0 and 256 in steps of 0.5, the minimum not over the maximum.")


def modify(response):
    cluster, parameters = find(response), response.params
    sent = set(parameters.original_dict())
    unknown = sent - HOW - set(WAITING) - set(AT_ONCE) - APART
    if unknown:
        refuse("InvalidParameterCombination", f"{sorted(unknown)[0]} can't be modified for this DB cluster.")
    must_be_ready(cluster)
    check_common(parameters, least_retention=1)
    check_scaling(parameters)
    life, now_please = WORLD.life(cluster), bool(parameters.get("ApplyImmediately"))
    waiting = {}
    for name in sent & set(WAITING):
        value = parameters[name]
        if name == "EngineVersion":
            value = check_version(cluster.engine, cluster.engine_version, value, parameters)
            check_upgrade_group(response, cluster, value, parameters)
        if name == "NewDBClusterIdentifier":
            value = value.lower()
            if value != cluster.db_cluster_identifier and value in response.backend.clusters:
                refuse("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        if name == "MasterUserPassword" or value != getattr(cluster, WAITING[name][1], None):
            waiting[name] = value
    at_once = {
        AT_ONCE[name]: listed(parameters[name]) for name in sent & set(AT_ONCE)
        if differs(cluster, AT_ONCE[name], parameters[name])}
    apart = changes_apart(response, cluster, parameters, waiting)
    withdrawn = {WAITING[name][0] for name in sent & set(WAITING) if name not in waiting} & set(life.pending)
    if not (waiting or at_once or apart or withdrawn or (now_please and life.pending)):
        refuse("InvalidParameterCombination", "No modifications were requested")
    for attribute, value in at_once.items():
        setattr(cluster, attribute, value.lower() if attribute == "preferred_maintenance_window" else value)
    cluster.StorageType = told(cluster.StorageType)
    for act in apart:
        act()
    for name in withdrawn:
        life.pending.pop(name, None)
    password = waiting.pop("MasterUserPassword", None)
    if password:
        cluster.master_user_password = password
    life.pending |= {WAITING[name][0]: value for name, value in waiting.items()}
    shown = frozen(cluster)
    if now_please and life.pending:
        flush(cluster)
    elif apart or password:
        take(cluster, ["resetting-master-credentials" if password else "modifying"])
    return answer(shown)


def check_upgrade_group(response, cluster, version, parameters):
    if catalogue.major(version) == catalogue.major(cluster.engine_version):
        return
    named = parameters.get("DBClusterParameterGroupName")
    if named:
        check_group_family(OF_CLUSTERS, response.backend, named, cluster.engine, version)
    elif not cluster.parameter_group.startswith("default."):
        refuse("InvalidParameterCombination", "The current DB cluster parameter group "
               f"{cluster.parameter_group} is custom. You must explicitly specify a new parameter group when upgrading to a new major version.")


def changes_apart(response, cluster, parameters, waiting):
    acts, life = [], WORLD.life(cluster)
    group = parameters.get("DBClusterParameterGroupName")
    upgrades = "EngineVersion" in waiting and catalogue.major(waiting["EngineVersion"]) != catalogue.major(cluster.engine_version)
    if upgrades:
        acts.append(lambda: life.__dict__.update(
            group_after_upgrade=group, members_group_after_upgrade=parameters.get("DBInstanceParameterGroupName")))
    elif group and group.lower() != cluster.parameter_group:
        check_group_family(OF_CLUSTERS, response.backend, group, cluster.engine, cluster.engine_version)

        def swap():
            cluster.parameter_group = group.lower()
            life.members_apply_status.update({one.db_instance_identifier: "pending-reboot" for one in cluster.members})
        acts.append(swap)
    scaling = parameters.get("ServerlessV2ScalingConfiguration")
    if scaling:
        given = {"MinCapacity": scaling.get("MinCapacity"), "MaxCapacity": scaling.get("MaxCapacity")}
        if scaling.get("SecondsUntilAutoPause") is not None:
            given["SecondsUntilAutoPause"] = scaling["SecondsUntilAutoPause"]
        before = cluster.serverless_v2_scaling_configuration or {}
        if any(before.get(name) != value for name, value in given.items()):
            acts.append(lambda: setattr(cluster, "serverless_v2_scaling_configuration", given))
    exports = parameters.get("CloudwatchLogsExportConfiguration")
    if exports:
        enabled = set(cluster.enabled_cloudwatch_logs_exports)
        after = sorted((enabled | set(exports.get("EnableLogTypes") or [])) - set(exports.get("DisableLogTypes") or []))
        if after != sorted(enabled):
            acts.append(lambda: setattr(cluster, "enabled_cloudwatch_logs_exports", after))
    port = parameters.get("Port")
    if port is not None and port != cluster._port:
        acts.append(lambda: setattr(cluster, "port", port))
    manages = parameters.get("ManageMasterUserPassword")
    if manages is not None and manages != bool(cluster.manage_master_user_password):
        def manage():
            if manages:
                cluster.master_user_secret = MasterUserSecret(cluster, parameters.get("MasterUserSecretKmsKeyId"))
            else:
                cluster.master_user_secret.delete_secret()
                del cluster.master_user_secret
            cluster.manage_master_user_password = manages
        acts.append(manage)
    if parameters.get("RotateMasterUserPassword"):
        if not parameters.get("ApplyImmediately"):
            refuse("InvalidParameterCombination", "You must specify apply immediately when rotating the master user password.")
        acts.append(lambda: cluster.master_user_secret.rotate_secret())
    return acts


def flush(cluster):
    pending = dict(WORLD.life(cluster).pending)
    upgrades = "EngineVersion" in pending

    def begin():
        cluster.status = "upgrading" if upgrades else "renaming" if "DBClusterIdentifier" in pending else "modifying"

    WORLD.then(cluster, ("stale", begin), ("upgrade" if upgrades else "modify", lambda: apply_pending(cluster, pending)))


def apply_pending(cluster, pending):
    life, backend, old_key = WORLD.life(cluster), cluster.backend, WORLD.key(cluster)
    members, was_major = list(cluster.members), catalogue.major(cluster.engine_version)
    if "DBClusterIdentifier" in pending:
        backend.clusters.pop(cluster.db_cluster_identifier)
        cluster.db_cluster_identifier = pending["DBClusterIdentifier"]
        backend.clusters[cluster.db_cluster_identifier] = cluster
        for one in members:
            one.db_cluster_identifier = cluster.db_cluster_identifier
    if "IAMDatabaseAuthenticationEnabled" in pending:
        cluster.iam_auth = pending["IAMDatabaseAuthenticationEnabled"]
    if "EngineVersion" in pending:
        cluster.engine_version = pending["EngineVersion"]
        if catalogue.major(cluster.engine_version) != was_major:
            default = f"default.{catalogue.family(cluster.engine, cluster.engine_version)}"
            cluster.parameter_group = (life.__dict__.pop("group_after_upgrade", None) or default).lower()
            successor = life.__dict__.pop("members_group_after_upgrade", None)
            for one in members:
                one.db_parameter_group_name = successor
        life.members_apply_status.clear()
    for name, value in pending.items():
        if life.pending.get(name) == value:
            del life.pending[name]
    cluster.status = "available"
    WORLD.schedule.move(old_key, WORLD.key(cluster))
    WORLD.tell(cluster, "configuration change", "Finished applying modification to " + ", ".join(sorted(pending)))


def delete(response):
    cluster, parameters = find(response), response.params
    skip, final = bool(parameters.get("SkipFinalSnapshot")), parameters.get("FinalDBSnapshotIdentifier")
    if cluster.deletion_protection:
        refuse("InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection and try again.")
    if any(one.status != "deleting" for one in cluster.members):
        refuse("InvalidDBClusterStateFault", "Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
    if bool(skip) == bool(final):
        refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if final:
        response.backend.create_db_cluster_snapshot(cluster.db_cluster_identifier, final)
    keep = parameters.get("DeleteAutomatedBackups") is False
    WORLD.schedule.drop(WORLD.key(cluster))
    cluster.status = "deleting"

    def gone():
        if cluster.members:
            WORLD.then(cluster, ("delete", gone))
        elif cluster.db_cluster_identifier in cluster.backend.clusters:
            if keep:
                WORLD.cluster_backups[cluster.db_cluster_resource_id] = backup_of(cluster) | {"Status": "retained"}
            cluster.deletion_protection = False
            WORLD.tell(cluster, "deletion", "DB cluster deleted")
            cluster.backend.delete_db_cluster(cluster.db_cluster_identifier)
    WORLD.then(cluster, ("delete", gone))
    return answer(cluster)


def backup_of(cluster):
    created = cluster.cluster_create_time.replace(microsecond=0, tzinfo=None)
    return {
        "DBClusterArn": cluster.arn, "DBClusterIdentifier": cluster.db_cluster_identifier, "Region": cluster.region,
        "DbClusterResourceId": cluster.db_cluster_resource_id, "Status": "active", "Engine": cluster.engine,
        "EngineVersion": cluster.engine_version, "EngineMode": cluster.engine_mode,
        "DBClusterAutomatedBackupsArn":
            f"arn:aws:rds:{cluster.region}:{cluster.account_id}:cluster-auto-backup:ab-{cluster.db_cluster_resource_id[8:].lower()}",
        "RestoreWindow": {"EarliestTime": created, "LatestTime": now() - datetime.timedelta(seconds=WORLD.restorable_lag)},
        "ClusterCreateTime": created, "MasterUsername": cluster.master_username, "Port": cluster.port,
        "StorageEncrypted": bool(cluster.storage_encrypted), "KmsKeyId": cluster.kms_key_id,
        "AvailabilityZones": list(cluster.availability_zones), "AllocatedStorage": cluster.allocated_storage,
        "BackupRetentionPeriod": cluster.backup_retention_period, "PreferredBackupWindow": cluster.preferred_backup_window,
        "IAMDatabaseAuthenticationEnabled": bool(cluster.iam_auth), "TagList": [dict(tag) for tag in cluster.tags],
    }


def describe_backups(response):
    """Of living clusters and of those that are gone."""
    parameters, backend = response.params, response.backend
    members = {"status": "Status", "db-cluster-id": "DBClusterIdentifier", "db-cluster-resource-id": "DbClusterResourceId"}
    given = filters(parameters)
    for name in given:
        if name not in members:
            refuse("InvalidParameterValue", f"Unrecognized filter name: {name}")
    wanted = {name: parameters[name] for name in ("DBClusterIdentifier", "DbClusterResourceId") if parameters.get(name)}
    kept = [one for one in WORLD.cluster_backups.values() if one["DBClusterArn"].split(":")[3:5] == [backend.region_name, backend.account_id]]
    active = [backup_of(one) for one in backend.clusters.values() if one.status != "creating"]
    found = [
        one for one in active + kept
        if all(one[name] == value for name, value in wanted.items())
        and all(one[members[name]] in values for name, values in given.items())]
    if not found and wanted:
        refuse("DBClusterAutomatedBackupNotFoundFault", "The automated backup was not found.")
    return made_up(page(parameters, found, "DBClusterAutomatedBackups"))


def reboot(response):
    cluster = find(response)
    must_be_ready(cluster)
    for one in cluster.members:
        instances.restart(one)
    cluster.status = "rebooting"
    WORLD.then(cluster, ("reboot", lambda: setattr(cluster, "status", "available")))
    return answer(cluster)


def failover(response, by_moto):
    cluster = find(response)
    must_be_ready(cluster)
    by_moto(response)
    cluster.status = "failing-over"
    WORLD.then(cluster, ("failover", lambda: setattr(cluster, "status", "available")))
    WORLD.tell(cluster, "failover", "Completed failover")
    return answer(cluster)


def stop(response):
    cluster = find(response)
    must_be_ready(cluster)
    everything = [cluster, *cluster.members]
    for one in everything:
        one.status = "stopping"
        WORLD.then(one, ("stop", lambda one=one: setattr(one, "status", "stopped")))
    return answer(cluster)


def start(response):
    cluster = find(response)
    if cluster.status != "stopped":
        refuse("InvalidDBClusterStateFault",
            f"DbCluster {cluster.db_cluster_identifier} is in {cluster.status} state but expected it to be stopped.")
    WORLD.life(cluster).members_apply_status.clear()
    for one in [cluster, *cluster.members]:
        one.status = "starting"
        WORLD.then(one, ("start", lambda one=one: setattr(one, "status", "available")))
    return answer(cluster)


def new_from(by_moto):
    def action(response):
        check_common(response.params, least_retention=1)
        if response.params["DBClusterIdentifier"] in response.backend.clusters:
            refuse("DBClusterAlreadyExistsFault", "DB Cluster already exists")
        by_moto(response)
        cluster = response.backend.clusters[response.params["DBClusterIdentifier"]]
        cluster.db_cluster_resource_id = "cluster-" + cluster.hosted_zone_id + cluster.hosted_zone_id[:12]
        cluster.deletion_protection = bool(response.params.get("DeletionProtection"))
        appear(cluster, response.params)
        return answer(cluster)
    return action


def snapshot(response, by_moto):
    must_be_ready(find(response))
    result = by_moto(response)
    made = response.backend.cluster_snapshots[response.params["DBClusterSnapshotIdentifier"]]
    (made.status, made.percent_progress) = ("creating", 20)
    WORLD.schedule.add(made.arn, (WORLD.timing["snapshot"], lambda: made.__dict__.update(status="available", percent_progress=100)))
    return result


def paged(response, by_moto, name):
    """moto lists all, whatever MaxRecords says."""
    return ActionResult(page(response.params, list(by_moto(response).result[name]), name))


def install():
    look()
    by_moto = {name: getattr(RDSResponse, name) for name in (
        "create_db_cluster", "failover_db_cluster", "restore_db_cluster_from_snapshot", "restore_db_cluster_to_point_in_time",
        "create_db_cluster_snapshot", "describe_db_clusters", "describe_db_snapshots", "describe_db_cluster_snapshots")}
    RDSResponse.create_db_cluster = lambda self: create(self, by_moto["create_db_cluster"])
    RDSResponse.failover_db_cluster = lambda self: failover(self, by_moto["failover_db_cluster"])
    RDSResponse.create_db_cluster_snapshot = lambda self: snapshot(self, by_moto["create_db_cluster_snapshot"])
    for name in ("restore_db_cluster_from_snapshot", "restore_db_cluster_to_point_in_time"):
        setattr(RDSResponse, name, new_from(by_moto[name]))
    RDSResponse.modify_db_cluster = modify
    RDSResponse.delete_db_cluster = delete
    RDSResponse.reboot_db_cluster = reboot
    RDSResponse.start_db_cluster = start
    RDSResponse.stop_db_cluster = stop
    RDSResponse.describe_db_cluster_automated_backups = describe_backups
    for name, member in (("describe_db_clusters", "DBClusters"), ("describe_db_snapshots", "DBSnapshots"),
                         ("describe_db_cluster_snapshots", "DBClusterSnapshots")):
        setattr(RDSResponse, name, lambda self, name=name, member=member: paged(self, by_moto[name], member))
