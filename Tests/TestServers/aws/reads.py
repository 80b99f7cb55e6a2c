"""What RDS tells about itself: versions, classes, certificates, events and maintenance to come."""

import datetime

from moto.rds.responses import RDSResponse

import catalogue
from lives import find
from world import WORLD, filters, made_up, now, page, refuse


def engine_versions(self):
    parameters = self.params
    engine, version, family = parameters.get("Engine"), parameters.get("EngineVersion"), parameters.get("DBParameterGroupFamily")
    if engine is not None and engine not in catalogue.VERSIONS:
        return made_up(page(parameters, [], "DBEngineVersions"))
    found = []
    for name in [engine] if engine else sorted(catalogue.VERSIONS):
        matching = [
            one for one in catalogue.VERSIONS[name]
            if version in (None, one, catalogue.major(one)) and family in (None, catalogue.family(name, one))]
        if parameters.get("DefaultOnly"):
            matching = matching[-1:]
        found += [catalogue.description(name, one) for one in matching]
    return made_up(page(parameters, found, "DBEngineVersions"))


def orderable(self):
    parameters = self.params
    engine, version, wanted = parameters["Engine"], parameters.get("EngineVersion"), parameters.get("DBInstanceClass")
    storages = ["aurora"] if engine.startswith("aurora") else list(catalogue.STORAGE)
    found = [
        catalogue.orderable(engine, one, name, storage)
        for one in catalogue.VERSIONS.get(engine, []) if version in (None, one, catalogue.major(one))
        for name in catalogue.classes(engine) if wanted in (None, name)
        for storage in storages]
    return made_up(page(parameters, found, "OrderableDBInstanceOptions"))


def valid_modifications(self):
    instance = find(self)
    storage = [
        {
            "StorageType": name, "StorageSize": [{"From": max(least, instance.allocated_storage), "To": most, "Step": 1}],
            "ProvisionedIops": [{"From": iops[0], "To": iops[1], "Step": 1}] if iops else [],
            "SupportsStorageAutoscaling": True,
        } for name, (least, most, iops) in catalogue.STORAGE.items()]
    return made_up({"ValidDBInstanceModificationsMessage": {
        "Storage": storage, "ValidProcessorFeatures": [], "SupportsDedicatedLogVolume": False}})


def certificates(self):
    wanted = self.params.get("CertificateIdentifier")
    found = [
        {
            "CertificateIdentifier": name, "CertificateType": "CA", "Thumbprint": "0" * 40,
            "ValidFrom": datetime.datetime(2021, 5, 25), "ValidTill": datetime.datetime(2061, 5, 25),
            "CertificateArn": f"arn:aws:rds:{self.region}::cert:{name}", "CustomerOverride": False,
        } for name in catalogue.AUTHORITIES if wanted in (None, name)]
    if not found:
        refuse("CertificateNotFound", f"CertificateIdentifier: {wanted} not found.")
    return made_up(page(self.params, found, "Certificates") | {"DefaultCertificateForNewLaunches": catalogue.AUTHORITIES[0]})


def account_attributes(self):
    used = {
        "DBInstances": (len(self.backend.databases), 40), "DBParameterGroups": (len(self.backend.db_parameter_groups), 50),
        "DBClusters": (len(self.backend.clusters), 40), "ManualSnapshots": (len(self.backend.database_snapshots), 100)}
    return made_up({"AccountQuotas": [
        {"AccountQuotaName": name, "Used": count, "Max": most} for name, (count, most) in used.items()]})


def events(self):
    parameters = self.params
    start = parameters.get("StartTime")
    if start is None:
        start = now() - datetime.timedelta(minutes=parameters.get("Duration") or 60)
    start, end = start.replace(tzinfo=None), (parameters.get("EndTime") or now() + datetime.timedelta(days=1)).replace(tzinfo=None)
    found = [
        one for one in WORLD.events
        if start <= one["Date"] <= end and one["SourceArn"].split(":")[3] == self.region
        and parameters.get("SourceIdentifier") in (None, one["SourceIdentifier"])
        and parameters.get("SourceType") in (None, one["SourceType"])]
    return made_up(page(parameters, found, "Events"))


def maintenance(self):
    parameters = self.params
    given = filters(parameters)
    wanted = {parameters["ResourceIdentifier"]} if parameters.get("ResourceIdentifier") else None
    for name, values in given.items():
        if name not in ("db-instance-id", "db-cluster-id"):
            refuse("InvalidParameterValue", f"Unrecognized filter name: {name}")
        kind = name.split("-")[1].replace("instance", "db")
        arns = {value if value.startswith("arn:") else f"arn:aws:rds:{self.region}:{self.current_account}:{kind}:{value}" for value in values}
        wanted = arns if wanted is None else wanted & arns
    found = [
        {"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": actions}
        for arn, actions in grouped(WORLD.maintenance).items()
        if arn.split(":")[3] == self.region and (wanted is None or arn in wanted)]
    return made_up(page(parameters, found, "PendingMaintenanceActions"))


def grouped(entries):
    by_arn = {}
    for arn, action in entries:
        by_arn.setdefault(arn, []).append(action)
    return by_arn


def apply_maintenance(self):
    parameters = self.params
    arn, opt_in = parameters["ResourceIdentifier"], parameters["OptInType"]
    if opt_in not in ("immediate", "next-maintenance", "undo-opt-in"):
        refuse("InvalidParameterValue", f"Invalid opt-in type: {opt_in}")
    actions = [action for one, action in WORLD.maintenance if one == arn and action["Action"] == parameters["ApplyAction"]]
    if not actions:
        refuse("ResourceNotFoundFault", f"No pending maintenance action {parameters['ApplyAction']} for {arn}")
    for action in actions:
        if action.get("OptInStatus") == "immediate" and opt_in == "undo-opt-in":
            refuse("InvalidParameterCombination", "An immediate opt-in can't be undone.")
        action.pop("OptInStatus", None)
        if opt_in != "undo-opt-in":
            action["OptInStatus"] = opt_in
            action["CurrentApplyDate"] = now()
    return made_up({"ResourcePendingMaintenanceActions": {
        "ResourceIdentifier": arn, "PendingMaintenanceActionDetails": grouped(WORLD.maintenance)[arn]}})


def install():
    RDSResponse.describe_db_engine_versions = engine_versions
    RDSResponse.describe_orderable_db_instance_options = orderable
    RDSResponse.describe_valid_db_instance_modifications = valid_modifications
    RDSResponse.describe_certificates = certificates
    RDSResponse.describe_account_attributes = account_attributes
    RDSResponse.describe_events = events
    RDSResponse.describe_pending_maintenance_actions = maintenance
    RDSResponse.apply_pending_maintenance_action = apply_maintenance
