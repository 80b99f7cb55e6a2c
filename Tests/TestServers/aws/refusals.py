"""What RDS refuses of new instances and clusters and of their modifications."""

import re

import catalogue
from groups import OF_INSTANCES
from world import refuse


def check_class(engine, name):
    if name not in catalogue.classes(engine):
        refuse("InvalidParameterValue", f"Invalid DB Instance class: {name}")


def check_windows(parameters):
    backup = parameters.get("PreferredBackupWindow")
    if backup is not None:
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", backup)
        if not match:
            refuse("InvalidParameterValue",
                f"Invalid backup window format: {backup}. Should be specified as a range hh24:mi-hh24:mi")
        first, second = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))
        if (second - first) % 1440 < 30:
            refuse("InvalidParameterValue", "The backup window must be at least 30 minutes.")
    window = parameters.get("PreferredMaintenanceWindow")
    days = "(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]"
    if window is not None and not re.fullmatch(f"{days}-{days}", window, re.I):
        refuse("InvalidParameterValue",
            f"Invalid maintenance window format: {window}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi")


def check_common(parameters, least_retention=0):
    retention = parameters.get("BackupRetentionPeriod")
    if retention is not None and not least_retention <= retention <= 35:
        refuse("InvalidParameterValue",
               f"Invalid backup retention period: {retention}. Must be between {least_retention} and 35.")
    check_windows(parameters)
    password = parameters.get("MasterUserPassword")
    if password is not None and len(password) < 8:
        refuse("InvalidParameterValue",
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.")
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
        refuse("InvalidParameterCombination",
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
    return resolved


def check_group_family(kind, backend, name, engine, version):
    group = kind.find(backend, name)
    wanted = catalogue.family(engine, version)
    if kind.family(group) != wanted:
        refuse("InvalidParameterCombination",
            f"The parameter group {name} with DBParameterGroupFamily {kind.family(group)} can't be used "
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
        refuse("InvalidParameterCombination",
            "The engine version that you requested for your DB instance does not match that of your DB cluster.")
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
        refuse("InvalidParameterValue",
            "The parameters MasterUsername and MasterUserPassword must be provided and must not be blank.")
    check_storage(engine, parameters["AllocatedStorage"], parameters.get("StorageType") or "gp2", parameters.get("Iops"),
        parameters.get("StorageThroughput"))
    ceiling = parameters.get("MaxAllocatedStorage")
    if ceiling is not None and ceiling < parameters["AllocatedStorage"]:
        refuse("InvalidParameterCombination", "Max storage size must be greater than storage size")
