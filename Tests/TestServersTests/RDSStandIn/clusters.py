"""Aurora clusters: members, groups, what waits, and what takes time."""

from checks import *

rds = client()
order("timing", all=0.05)


def cluster(name="c"):
    return rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]


def member(name, tier=1):
    return rds.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier="c", Engine="aurora-postgresql",
        DBInstanceClass="db.r6g.large", PromotionTier=tier)


def modify(**members):
    return rds.modify_db_cluster(DBClusterIdentifier="c", **members)["DBCluster"]


rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="cg", DBParameterGroupFamily="aurora-postgresql16",
    Description="d")
everything, count = pages(rds.describe_db_cluster_parameters, "Parameters", DBClusterParameterGroupName="cg")
check("cluster parameters", len(everything) > 300 and count > 3, count)
check("force_ssl is the cluster's", "rds.force_ssl" in [one["ParameterName"] for one in everything])
instances_own, _ = pages(rds.describe_engine_default_parameters, "Parameters", DBParameterGroupFamily="aurora-postgresql16")
check("and not the instances'", "rds.force_ssl" not in [one["ParameterName"] for one in instances_own])
same("defaults", len(pages(rds.describe_engine_default_cluster_parameters, "Parameters",
    DBParameterGroupFamily="aurora-postgresql16")[0]), len(everything))

given = {"DBClusterIdentifier": "c", "Engine": "aurora-postgresql", "EngineVersion": "16.4", "MasterUsername": "postgres",
    "MasterUserPassword": "secret-123",
         "DBClusterParameterGroupName": "cg", "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4}}
refused("capacity", "InvalidParameterValue", rds.create_db_cluster,
    **given | {"ServerlessV2ScalingConfiguration": {"MinCapacity": 4, "MaxCapacity": 1}})
refused("retention", "InvalidParameterValue", rds.create_db_cluster, **given | {"BackupRetentionPeriod": 0})
same("creating", rds.create_db_cluster(**given)["DBCluster"]["Status"], "creating")
until("cluster", lambda: cluster()["Status"] == "available")
member("c-1", 0)
member("c-2", 1)
available(rds, "c-1", "c-2")
same("members", [(one["DBInstanceIdentifier"], one["IsClusterWriter"]) for one in cluster()["DBClusterMembers"]],
    [("c-1", True), ("c-2", False)])
refused("member of another version", "InvalidParameterCombination", rds.create_db_instance, DBInstanceIdentifier="c-3",
    DBClusterIdentifier="c",
        Engine="aurora-postgresql", EngineVersion="17.4", DBInstanceClass="db.r6g.large")
same("default group of members", instance(rds, "c-1")["DBParameterGroups"][0]["DBParameterGroupName"],
    "default.aurora-postgresql16")

rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="cg",
    Parameters=[{"ParameterName": "rds.logical_replication", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}])
same("members wait for their reboot", [one["DBClusterParameterGroupStatus"] for one in cluster()["DBClusterMembers"]],
    ["pending-reboot"] * 2)
rds.reboot_db_instance(DBInstanceIdentifier="c-1")
available(rds, "c-1")
same("one was", [one["DBClusterParameterGroupStatus"] for one in cluster()["DBClusterMembers"]], ["in-sync", "pending-reboot"])
rds.reboot_db_cluster(DBClusterIdentifier="c")
order("finish")
same("all were", [one["DBClusterParameterGroupStatus"] for one in cluster()["DBClusterMembers"]], ["in-sync"] * 2)
same("groups", [one["DBClusterParameterGroupName"] for one in
    pages(rds.describe_db_cluster_parameter_groups, "DBClusterParameterGroups", MaxRecords=20)[0]], ["cg"])
refused("ghost group", "DBParameterGroupNotFound", rds.describe_db_cluster_parameter_groups, DBClusterParameterGroupName="ghost")
refused("group in use", "InvalidDBParameterGroupState", rds.delete_db_cluster_parameter_group, DBClusterParameterGroupName="cg")
rds.reset_db_cluster_parameter_group(DBClusterParameterGroupName="cg", ResetAllParameters=True)
same("reset", rds.describe_db_cluster_parameters(DBClusterParameterGroupName="cg", Source="user")["Parameters"], [])

modify(BackupRetentionPeriod=10, DeletionProtection=True, ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 8})
order("finish")
after = cluster()
same("at once", (after["BackupRetentionPeriod"], after["DeletionProtection"],
    after["ServerlessV2ScalingConfiguration"]["MaxCapacity"]), (10, True, 8.0))
modify(EngineVersion="16.6")
same("waits", cluster()["PendingModifiedValues"], {"EngineVersion": "16.6"})
order("window", cluster="c")
until("upgraded", lambda: cluster()["EngineVersion"] == "16.6")
same("members too", instance(rds, "c-1")["EngineVersion"], "16.6")
refused("major without a group", "InvalidParameterCombination", rds.modify_db_cluster, DBClusterIdentifier="c",
    EngineVersion="17.4", AllowMajorVersionUpgrade=True)
refused("nothing", "InvalidParameterCombination", rds.modify_db_cluster, DBClusterIdentifier="c", BackupRetentionPeriod=10)
until("ready", lambda: cluster()["Status"] == "available")
rds.failover_db_cluster(DBClusterIdentifier="c")
order("finish")
same("failed over", [one["IsClusterWriter"] for one in cluster()["DBClusterMembers"]], [False, True])
order("endpoint", cluster="c", address="127.0.0.1", port=54322)
same("endpoint", (cluster()["Endpoint"], cluster()["Port"]), ("127.0.0.1", 54322))
rds.create_db_cluster_snapshot(DBClusterIdentifier="c", DBClusterSnapshotIdentifier="s")
order("finish")
same("snapshots", len(pages(rds.describe_db_cluster_snapshots, "DBClusterSnapshots", MaxRecords=20)[0]), 2)
rds.restore_db_cluster_from_snapshot(DBClusterIdentifier="d", SnapshotIdentifier="s", Engine="aurora-postgresql")
rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier="e", SourceDBClusterIdentifier="c", UseLatestRestorableTime=True)
until("restored", lambda: cluster("d")["Status"] == cluster("e")["Status"] == "available")
same("clusters by page", len(pages(rds.describe_db_clusters, "DBClusters", MaxRecords=20)[0]), 3)
rds.stop_db_cluster(DBClusterIdentifier="c")
order("finish")
same("stopped", (cluster()["Status"], status(rds, "c-1")), ("stopped", "stopped"))
rds.start_db_cluster(DBClusterIdentifier="c")
order("finish")
modify(NewDBClusterIdentifier="k", ApplyImmediately=True)
until("renamed", lambda: "k" in [one["DBClusterIdentifier"] for one in rds.describe_db_clusters()["DBClusters"]])
same("members follow", instance(rds, "c-1")["DBClusterIdentifier"], "k")
rds.modify_db_cluster(DBClusterIdentifier="k", DeletionProtection=False)
order("finish")
refused("with members", "InvalidDBClusterStateFault", rds.delete_db_cluster, DBClusterIdentifier="k", SkipFinalSnapshot=True)
for name in ("c-1", "c-2"):
    rds.delete_db_instance(DBInstanceIdentifier=name)
refused("no choice", "InvalidParameterCombination", rds.delete_db_cluster, DBClusterIdentifier="k")
same("deleting", rds.delete_db_cluster(DBClusterIdentifier="k", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)[
    "DBCluster"]["Status"], "deleting")
order("finish")
refused("gone", "DBClusterNotFoundFault", rds.describe_db_clusters, DBClusterIdentifier="k")


def kept(**which):
    found = rds.describe_db_cluster_automated_backups(**which)["DBClusterAutomatedBackups"]
    return [(one["DBClusterIdentifier"], one["Status"]) for one in found]


same("its backups stay", kept(DBClusterIdentifier="k"), [("k", "retained")])
same("all backups", sorted(kept()), [("d", "active"), ("e", "active"), ("k", "retained")])
same("backups by state", kept(Filters=[{"Name": "status", "Values": ["retained"]}]), [("k", "retained")])
same("backups by page", len(pages(rds.describe_db_cluster_automated_backups, "DBClusterAutomatedBackups", MaxRecords=20)[0]), 3)
refused("no backups", "DBClusterAutomatedBackupNotFoundFault", rds.describe_db_cluster_automated_backups,
    DBClusterIdentifier="ghost")
refused("no such filter", "InvalidParameterValue", rds.describe_db_cluster_automated_backups,
    Filters=[{"Name": "colour", "Values": ["red"]}])
rds.delete_db_cluster(DBClusterIdentifier="d", SkipFinalSnapshot=True)
order("finish")
refused("backups that go with it", "DBClusterAutomatedBackupNotFoundFault", rds.describe_db_cluster_automated_backups,
    DBClusterIdentifier="d")

finish()
