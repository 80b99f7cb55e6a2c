"""What RDS tells about itself: versions, classes, certificates, events, maintenance."""

from checks import *

rds = client()
order("timing", all=0)

versions, _ = pages(rds.describe_db_engine_versions, "DBEngineVersions", Engine="postgres", MaxRecords=20)
by_version = {one["EngineVersion"]: one for one in versions}
check("majors", {"15.12", "16.4", "17.4"} <= by_version.keys(), sorted(by_version))
same("family", by_version["16.4"]["DBParameterGroupFamily"], "postgres16")
targets = {one["EngineVersion"]: one for one in by_version["16.4"]["ValidUpgradeTarget"]}
check("upgrades", not targets["16.8"]["IsMajorVersionUpgrade"] and targets["17.4"]["IsMajorVersionUpgrade"], targets)
check("no downgrade", "16.1" not in targets and "15.12" not in targets, sorted(targets))
same("of a major", {one["DBParameterGroupFamily"] for one in rds.describe_db_engine_versions(Engine="aurora-postgresql",
    EngineVersion="16")["DBEngineVersions"]}, {"aurora-postgresql16"})
same("unknown version", rds.describe_db_engine_versions(Engine="postgres", EngineVersion="99.9")["DBEngineVersions"], [])

options, _ = pages(rds.describe_orderable_db_instance_options, "OrderableDBInstanceOptions", Engine="postgres",
    EngineVersion="16.4")
check("classes", {"db.t4g.medium", "db.r6g.large"} <= {one["DBInstanceClass"] for one in options})
same("no such class", rds.describe_orderable_db_instance_options(Engine="postgres", EngineVersion="16.4",
    DBInstanceClass="db.bogus.huge")["OrderableDBInstanceOptions"], [])
same("serverless", {one["StorageType"] for one in rds.describe_orderable_db_instance_options(
    Engine="aurora-postgresql", EngineVersion="16.4", DBInstanceClass="db.serverless")["OrderableDBInstanceOptions"]}, {"aurora"})
check("certificates", rds.describe_certificates()["Certificates"])
check("quotas", rds.describe_account_attributes()["AccountQuotas"])

create(rds, "one")
available(rds, "one")
sizes = rds.describe_valid_db_instance_modifications(DBInstanceIdentifier="one")["ValidDBInstanceModificationsMessage"]["Storage"]
same("sizes", {one["StorageType"]: one["StorageSize"][0]["From"] for one in sizes}["gp3"], 100)
events = rds.describe_events(SourceIdentifier="one", SourceType="db-instance")["Events"]
check("events", "DB instance created" in [one["Message"] for one in events], events)

arn = instance(rds, "one")["DBInstanceArn"]
same("no maintenance", rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"], [])
order("maintenance", instance="one", action="system-update", forced="2027-03-01T04:00:00Z")
planned = rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"]
same("maintenance", [(one["ResourceIdentifier"], one["PendingMaintenanceActionDetails"][0]["Action"]) for one in planned],
    [(arn, "system-update")])
same("date", planned[0]["PendingMaintenanceActionDetails"][0]["ForcedApplyDate"].year, 2027)
rds.apply_pending_maintenance_action(ResourceIdentifier=arn, ApplyAction="system-update", OptInType="next-maintenance")
same("opted in", rds.describe_pending_maintenance_actions(Filters=[{"Name": "db-instance-id",
    "Values": ["one"]}])["PendingMaintenanceActions"][0]["PendingMaintenanceActionDetails"][0]["OptInStatus"], "next-maintenance")
rds.apply_pending_maintenance_action(ResourceIdentifier=arn, ApplyAction="system-update", OptInType="immediate")
refused("no way back", "InvalidParameterCombination", rds.apply_pending_maintenance_action, ResourceIdentifier=arn,
    ApplyAction="system-update", OptInType="undo-opt-in")

finish()
