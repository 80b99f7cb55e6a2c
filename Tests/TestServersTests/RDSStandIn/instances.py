"""Instances: when what takes effect, what is refused, what takes time, and their backups."""

from checks import *

rds, other = client(), client(region="eu-central-1")


def modify(name="one", **members):
    return rds.modify_db_instance(DBInstanceIdentifier=name, **members)["DBInstance"]


def pending(name="one"):
    return instance(rds, name)["PendingModifiedValues"]


# Creation takes its time, by the clock or by looks.
order("timing", create={"observations": 2})
made = create(rds, "one", Tags=[{"Key": "team", "Value": "orders"}])
same("creating", made["DBInstanceStatus"], "creating")
check("no endpoint yet", "Endpoint" not in made)
rds.describe_db_parameter_groups()
same("two looks", [status(rds, "one") for _ in range(2)], ["creating", "creating"])
check("then there", status(rds, "one") in ("backing-up", "available"))
order("timing", all=0.05)
order("timing", stale=0.15, modify=0.2, optimize=0.3, upgrade=0.3)
available(rds, "one")
one = instance(rds, "one")
same("endpoint", one["Endpoint"]["Address"], "127.0.0.1")
order("endpoint", instance="one", address="127.0.0.1", port=54321)
same("endpoint told", instance(rds, "one")["Endpoint"]["Port"], 54321)
same("tags", one["TagList"], [{"Key": "team", "Value": "orders"}])
check("restorable until", "LatestRestorableTime" in one)
refused("twice", "DBInstanceAlreadyExists", create, rds=rds, name="one")
create(rds, "two", BackupRetentionPeriod=0, StorageType="gp2")
check("own identities", instance(rds, "two")["DbiResourceId"] != one["DbiResourceId"])
available(rds, "two")
check("no backups, nothing restorable", "LatestRestorableTime" not in instance(rds, "two"))

for claim, (code, members) in {
    "class": ("InvalidParameterValue", {"DBInstanceClass": "db.bogus.huge"}),
    "version": ("InvalidParameterCombination", {"EngineVersion": "99.9"}),
    "retention": ("InvalidParameterValue", {"BackupRetentionPeriod": 99}),
    "storage": ("InvalidParameterCombination", {"AllocatedStorage": 5}),
    "window": ("InvalidParameterValue", {"PreferredMaintenanceWindow": "sunday-3am"}),
    "backup window": ("InvalidParameterValue", {"PreferredBackupWindow": "25:00-26:00"}),
    "password": ("InvalidParameterValue", {"MasterUserPassword": "short"}),
    "iops": ("InvalidParameterCombination", {"Iops": 12000}),
    "no iops": ("InvalidParameterCombination", {"StorageType": "io1"}),
    "tag": ("InvalidParameterValue", {"Tags": [{"Key": "aws:x", "Value": "y"}]}),
    "group": ("DBParameterGroupNotFound", {"DBParameterGroupName": "ghost"}),
    "identifier": ("InvalidParameterValue", {"DBInstanceIdentifier": "1--x"}),
    "storage ceiling": ("InvalidParameterCombination", {"MaxAllocatedStorage": 50}),
}.items():
    refused(f"new with wrong {claim}", code, create, rds=rds,
        **({"name": "new"} | members if "DBInstanceIdentifier" not in members else {"name": "1--x"}))
same("none was made", len(rds.describe_db_instances()["DBInstances"]), 2)

# In the window, or at once.
answer = modify(DBInstanceClass="db.t4g.large", AllocatedStorage=200)
same("waits", answer["PendingModifiedValues"], {"DBInstanceClass": "db.t4g.large", "AllocatedStorage": 200})
same("as before", (answer["DBInstanceClass"], answer["AllocatedStorage"], answer["DBInstanceStatus"]),
    ("db.t4g.medium", 100, "available"))
same("still waits", pending(), {"DBInstanceClass": "db.t4g.large", "AllocatedStorage": 200})
modify(DBInstanceClass="db.t4g.medium")
same("taken back", pending(), {"AllocatedStorage": 200})
modify(DeletionProtection=True, PreferredBackupWindow="01:00-01:30", BackupRetentionPeriod=14, CopyTagsToSnapshot=True)
after = instance(rds, "one")
same("at once, whatever the flag", (after["DeletionProtection"], after["PreferredBackupWindow"], after["BackupRetentionPeriod"],
    after["CopyTagsToSnapshot"]),
     (True, "01:00-01:30", 14, True))
same("what waits, waits", pending(), {"AllocatedStorage": 200})
answer = modify(DBInstanceClass="db.t4g.large", ApplyImmediately=True)
same("stale", (answer["DBInstanceStatus"], answer["DBInstanceClass"]), ("available", "db.t4g.medium"))
same("everything that waited comes along", pending(), {"DBInstanceClass": "db.t4g.large", "AllocatedStorage": 200})
same("stale still", status(rds, "one"), "available")
refused("busy", "InvalidDBInstanceState", rds.modify_db_instance, DBInstanceIdentifier="one", MultiAZ=True)
until("modifying", lambda: status(rds, "one") == "modifying")
until("optimizing", lambda: status(rds, "one") == "storage-optimization")
after = instance(rds, "one")
same("done", (after["DBInstanceClass"], after["AllocatedStorage"], after["PendingModifiedValues"]), ("db.t4g.large", 200, {}))
refused("storage again", "InvalidParameterCombination", rds.modify_db_instance, DBInstanceIdentifier="one", AllocatedStorage=300)
modify(AutoMinorVersionUpgrade=False)
available(rds, "one")
modify(MultiAZ=True, StorageThroughput=125, NetworkType="DUAL")
same("waits for the window", pending(), {"MultiAZ": True})
same("waits unseen", instance(rds, "one")["NetworkType"], "IPV4")
order("window", instance="one")
until("the window came", lambda: instance(rds, "one")["MultiAZ"])
same("came along", instance(rds, "one")["NetworkType"], "DUAL")
available(rds, "one")
modify(AllocatedStorage=201)
same("rounded up to 10 %", pending(), {"AllocatedStorage": 220})
modify(AllocatedStorage=200)

for claim, (code, members) in {
    "shrink": ("InvalidParameterCombination", {"AllocatedStorage": 100}),
    "downgrade": ("InvalidParameterCombination", {"EngineVersion": "16.1"}),
    "version": ("InvalidParameterCombination", {"EngineVersion": "99.9"}),
    "major unasked": ("InvalidParameterCombination", {"EngineVersion": "17.4"}),
    "class": ("InvalidParameterValue", {"DBInstanceClass": "db.bogus.huge"}),
    "retention": ("InvalidParameterValue", {"BackupRetentionPeriod": 36}),
    "nothing": ("InvalidParameterCombination", {}), "nothing new": ("InvalidParameterCombination",
        {"MultiAZ": True, "ApplyImmediately": True}),
    "window": ("InvalidParameterValue", {"PreferredMaintenanceWindow": "sun-mon"}),
    "iops": ("InvalidParameterCombination", {"Iops": 20000}),
    "both passwords": ("InvalidParameterCombination", {"MasterUserPassword": "long-enough", "ManageMasterUserPassword": True}),
    "authority": ("CertificateNotFound", {"CACertificateIdentifier": "rds-ca-2015"}),
    "name taken": ("DBInstanceAlreadyExists", {"NewDBInstanceIdentifier": "two"}),
    "create only": ("MalformedInput", {"StorageEncrypted": True}),
}.items():
    if claim == "create only":
        code_, text = raw(Action="ModifyDBInstance", DBInstanceIdentifier="one", StorageEncrypted="true")
        check(claim, code_ == 400 and code in text, text)
    else:
        refused(f"modify: {claim}", code, rds.modify_db_instance, DBInstanceIdentifier="one", **members)
refused("modify a ghost", "DBInstanceNotFound", rds.modify_db_instance, DBInstanceIdentifier="ghost", MultiAZ=True)

# Versions: minor, then major with a group of the new family.
rds.create_db_parameter_group(DBParameterGroupName="pg16", DBParameterGroupFamily="postgres16", Description="d")
rds.create_db_parameter_group(DBParameterGroupName="pg17", DBParameterGroupFamily="postgres17", Description="d")
modify(EngineVersion="16.6", DBParameterGroupName="pg16", ApplyImmediately=True)
until("minor", lambda: instance(rds, "one")["EngineVersion"] == "16.6")
available(rds, "one")
same("the restart brought the group", instance(rds, "one")["DBParameterGroups"],
    [{"DBParameterGroupName": "pg16", "ParameterApplyStatus": "in-sync"}])
refused("major without a group", "InvalidParameterCombination", rds.modify_db_instance, DBInstanceIdentifier="one",
    EngineVersion="17.4", AllowMajorVersionUpgrade=True)
refused("major with the old family", "InvalidParameterCombination", rds.modify_db_instance, DBInstanceIdentifier="one",
    EngineVersion="17.4", AllowMajorVersionUpgrade=True, DBParameterGroupName="pg16")
modify(EngineVersion="17", AllowMajorVersionUpgrade=True, DBParameterGroupName="pg17", ApplyImmediately=True)
until("upgrading", lambda: status(rds, "one") == "upgrading")
same("the old group until then", instance(rds, "one")["DBParameterGroups"][0]["DBParameterGroupName"], "pg16")
until("major", lambda: instance(rds, "one")["EngineVersion"] == "17.4")
same("the new group", instance(rds, "one")["DBParameterGroups"][0]["DBParameterGroupName"], "pg17")
available(rds, "one")
rds.delete_db_parameter_group(DBParameterGroupName="pg16")

# Name, port, password, logs.
modify(NewDBInstanceIdentifier="uno", ApplyImmediately=True)
until("renamed", lambda: [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]].count("uno"))
refused("the old name", "DBInstanceNotFound", rds.describe_db_instances, DBInstanceIdentifier="one")
same("identity stays", instance(rds, "uno")["DbiResourceId"], one["DbiResourceId"])
available(rds, "uno")
modify("uno", DBPortNumber=6543)
until("restarts whatever the flag", lambda: status(rds, "uno") == "rebooting")
available(rds, "uno")
modify("uno", MasterUserPassword="another-secret")
until("resetting", lambda: status(rds, "uno") == "resetting-master-credentials")
available(rds, "uno")
modify("uno", CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql"]})
order("finish")
same("logs", instance(rds, "uno")["EnabledCloudwatchLogsExports"], ["postgresql"])
modify("uno", ManageMasterUserPassword=True)
check("managed", "MasterUserSecret" in instance(rds, "uno"))
modify("uno", EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=31)
same("insights", instance(rds, "uno")["PerformanceInsightsRetentionPeriod"], 31)

# Backups: 0 to n waits, snapshots, copies to elsewhere, replication, restores.
modify("two", BackupRetentionPeriod=3)
same("0 to n waits", pending("two"), {"BackupRetentionPeriod": 3})
order("window")
until("backups on", lambda: "LatestRestorableTime" in instance(rds, "two"))
available(rds, "two")
check("automated snapshot", rds.describe_db_snapshots(DBInstanceIdentifier="two", SnapshotType="automated")["DBSnapshots"])
modify("two", BackupRetentionPeriod=0, ApplyImmediately=True)
until("backups off", lambda: instance(rds, "two")["BackupRetentionPeriod"] == 0)
available(rds, "two")
same("automated snapshots gone", rds.describe_db_snapshots(DBInstanceIdentifier="two", SnapshotType="automated")["DBSnapshots"], [])
made = rds.create_db_snapshot(DBInstanceIdentifier="uno", DBSnapshotIdentifier="manual")["DBSnapshot"]
same("snapshot being made", made["Status"], "creating")
until("snapshot", lambda: rds.describe_db_snapshots(DBSnapshotIdentifier="manual")["DBSnapshots"][0]["Status"] == "available")
rds.copy_db_snapshot(SourceDBSnapshotIdentifier="manual", TargetDBSnapshotIdentifier="second", CopyTags=True)
same("snapshots by page", len(pages(rds.describe_db_snapshots, "DBSnapshots", MaxRecords=20)[0]), 3)
other.copy_db_snapshot(SourceDBSnapshotIdentifier=made["DBSnapshotArn"], TargetDBSnapshotIdentifier="far", CopyTags=True,
    SourceRegion="eu-west-1")
far = other.describe_db_snapshots(DBSnapshotIdentifier="far")["DBSnapshots"][0]
same("copy elsewhere", (far["SourceDBSnapshotIdentifier"], far["TagList"]),
    (made["DBSnapshotArn"], [{"Key": "team", "Value": "orders"}]))
backups = rds.describe_db_instance_automated_backups(DBInstanceIdentifier="uno")["DBInstanceAutomatedBackups"]
same("automated backup", [one["Status"] for one in backups], ["active"])
arn = instance(rds, "uno")["DBInstanceArn"]
started = other.start_db_instance_automated_backups_replication(SourceDBInstanceArn=arn,
    BackupRetentionPeriod=5)["DBInstanceAutomatedBackup"]
same("replicating", started["Status"], "replicating")
same("instance knows", instance(rds, "uno")["DBInstanceAutomatedBackupsReplications"],
    [{"DBInstanceAutomatedBackupsArn": started["DBInstanceAutomatedBackupsArn"]}])
same("target lists",
    [one["BackupRetentionPeriod"] for one in other.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]], [5])
other.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
same("stopped", instance(rds, "uno")["DBInstanceAutomatedBackupsReplications"], [])
other.delete_db_instance_automated_backup(DBInstanceAutomatedBackupsArn=started["DBInstanceAutomatedBackupsArn"])
same("deleted", other.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"], [])
rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="restored", DBSnapshotIdentifier="manual",
    DBInstanceClass="db.t4g.medium")
available(rds, "restored")
refused("restore to 1999", "InvalidParameterValue", rds.restore_db_instance_to_point_in_time, SourceDBInstanceIdentifier="uno",
    TargetDBInstanceIdentifier="pitr", RestoreTime="1999-01-01T00:00:00Z")
refused("restore without backups", "PointInTimeRestoreNotEnabled", rds.restore_db_instance_to_point_in_time,
    SourceDBInstanceIdentifier="two", TargetDBInstanceIdentifier="pitr", UseLatestRestorableTime=True)
rds.restore_db_instance_to_point_in_time(SourceDBInstanceIdentifier="uno", TargetDBInstanceIdentifier="pitr",
    UseLatestRestorableTime=True)
available(rds, "pitr")
check("a restored one is another", instance(rds, "pitr")["DbiResourceId"] != instance(rds, "uno")["DbiResourceId"])
refused("replica without backups", "InvalidDBInstanceState", rds.create_db_instance_read_replica, DBInstanceIdentifier="replica",
    SourceDBInstanceIdentifier="two")
rds.create_db_instance_read_replica(DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="uno")
available(rds, "replica")
same("replica of", instance(rds, "replica")["ReadReplicaSourceDBInstanceIdentifier"], "uno")
same("replicas", instance(rds, "uno")["ReadReplicaDBInstanceIdentifiers"], ["replica"])
rds.promote_read_replica(DBInstanceIdentifier="replica")
available(rds, "replica")
check("promoted", "ReadReplicaSourceDBInstanceIdentifier" not in instance(rds, "replica"))

# Stop, start, and the end.
rds.stop_db_instance(DBInstanceIdentifier="restored")
until("stopped", lambda: status(rds, "restored") == "stopped")
rds.start_db_instance(DBInstanceIdentifier="restored")
available(rds, "restored")
order("status", instance="restored", status="incompatible-parameters")
same("told status", status(rds, "restored"), "incompatible-parameters")
order("status", instance="restored", status="available")
refused("failover of one zone", "InvalidParameterCombination", rds.reboot_db_instance, DBInstanceIdentifier="two",
    ForceFailover=True)
refused("protected", "InvalidParameterCombination", rds.delete_db_instance, DBInstanceIdentifier="uno", SkipFinalSnapshot=True)
refused("no choice", "InvalidParameterCombination", rds.delete_db_instance, DBInstanceIdentifier="two")
refused("both choices", "InvalidParameterCombination", rds.delete_db_instance, DBInstanceIdentifier="two", SkipFinalSnapshot=True,
    FinalDBSnapshotIdentifier="f")
same("deleting", rds.delete_db_instance(DBInstanceIdentifier="two",
    FinalDBSnapshotIdentifier="final")["DBInstance"]["DBInstanceStatus"], "deleting")
refused("deleted twice", "InvalidDBInstanceState", rds.delete_db_instance, DBInstanceIdentifier="two", SkipFinalSnapshot=True)
until("gone", lambda: "two" not in [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]])
refused("not found", "DBInstanceNotFound", rds.describe_db_instances, DBInstanceIdentifier="two")
check("final snapshot", rds.describe_db_snapshots(DBSnapshotIdentifier="final")["DBSnapshots"])
rds.delete_db_instance(DBInstanceIdentifier="pitr", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
until("gone too", lambda: "pitr" not in [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]])
same("backups kept",
    [one["Status"] for one in rds.describe_db_instance_automated_backups(DBInstanceIdentifier="pitr")["DBInstanceAutomatedBackups"]], ["retained"])
gone = rds.describe_db_instance_automated_backups(DBInstanceIdentifier="pitr")["DBInstanceAutomatedBackups"][0]
rds.restore_db_instance_to_point_in_time(SourceDbiResourceId=gone["DbiResourceId"], TargetDBInstanceIdentifier="back",
    UseLatestRestorableTime=True)
available(rds, "back")
same("the source stays gone", sorted(one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]),
    ["back", "replica", "restored", "uno"])
order("vanish", instance="restored")
refused("vanished", "DBInstanceNotFound", rds.describe_db_instances, DBInstanceIdentifier="restored")
order("set", instance="uno", attributes={"allocated_storage": 300})
same("autogrown", instance(rds, "uno")["AllocatedStorage"], 300)

# Tags.
rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "tier", "Value": "1"}])
rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["team"])
same("tags by ARN", rds.list_tags_for_resource(ResourceName=arn)["TagList"], [{"Key": "tier", "Value": "1"}])
refused("tags of a ghost", "DBInstanceNotFound", rds.list_tags_for_resource, ResourceName=arn.replace(":uno", ":ghost"))

finish()
