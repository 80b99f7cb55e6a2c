"""What RDS offers: engine versions with their upgrade targets, instance classes, storage types."""

import re

VERSIONS = {
    "postgres": [
        "15.4", "15.7", "15.8", "15.12", "16.1", "16.2", "16.3", "16.4", "16.6", "16.8", "17.1", "17.2", "17.4"],
    "aurora-postgresql": ["15.4", "15.7", "15.10", "16.1", "16.4", "16.6", "17.4"],
}
SIZES = ["micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]
SMALL = {"micro", "small", "medium"}
FAMILIES = ["t3", "t4g", "m5", "m6g", "m6i", "m7g", "r5", "r6g", "r6i", "r7g"]
LOG_TYPES = {
    "postgres": ["postgresql", "upgrade", "iam-db-auth-error"],
    "aurora-postgresql": ["postgresql", "instance", "iam-db-auth-error"]}
AUTHORITIES = ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]

# Storage types: smallest and largest GiB, IOPS where they are the user's to say.
STORAGE = {"gp2": (20, 65536, None), "gp3": (20, 65536, (3000, 64000)), "io1": (100, 65536, (1000, 256000)),
    "io2": (100, 65536, (1000, 256000))}

# Below that a gp3 volume has its baseline, and neither IOPS nor throughput can be said. Amazon RDS User Guide, "gp3 storage".
GP3_BASELINE_BELOW = 400


def key(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


def major(version):
    return version.split(".")[0]


def family(engine, version):
    return f"{engine}{major(version)}"


def families():
    return sorted({family(engine, version) for engine, versions in VERSIONS.items() for version in versions})


def resolve(engine, version):
    """The version that a request names: itself, or the newest one where only the major is named. None where there is none."""
    versions = VERSIONS.get(engine, [])
    if version is None:
        return "16.4"
    if version in versions:
        return version
    of_major = [known for known in versions if major(known) == version]
    return of_major[-1] if of_major else None


def targets(engine, version):
    """Versions that an instance can be upgraded to: newer minors, and in newer majors what isn't older than itself."""
    return [known for known in VERSIONS[engine] if key(known) > key(version)]


def classes(engine):
    names = [
        f"db.{one}.{size}" for one in FAMILIES for size in SIZES
        if (size in SMALL) == one.startswith("t") or (one.startswith("t") and size in ("large", "xlarge", "2xlarge"))]
    if engine.startswith("aurora"):
        return ["db.serverless"] + [name for name in names if name.split(".")[1][0] in "tr" and not name.endswith("micro")]
    return names


def description(engine, version):
    """The version as DescribeDBEngineVersions tells it."""
    newest = [known for known in VERSIONS[engine] if major(known) == major(version)][-1]
    label = {"postgres": "PostgreSQL", "aurora-postgresql": "Aurora PostgreSQL"}[engine]
    return {
        "Engine": engine, "MajorEngineVersion": major(version), "EngineVersion": version,
        "DBParameterGroupFamily": family(engine, version),
        "DBEngineDescription": {"postgres": "PostgreSQL", "aurora-postgresql": "Aurora (PostgreSQL)"}[engine],
        "DBEngineVersionDescription": f"{label} {version}",
        "ValidUpgradeTarget": [
            {
                "Engine": engine, "EngineVersion": target, "Description": f"{label} {target}",
                "AutoUpgrade": major(target) == major(version) and target == newest,
                "IsMajorVersionUpgrade": major(target) != major(version),
            }
            for target in targets(engine, version)
        ],
        "ExportableLogTypes": LOG_TYPES[engine], "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": engine == "postgres",
        "SupportedEngineModes": ["provisioned"] if engine.startswith("aurora") else [],
        "SupportedFeatureNames": ["s3Import", "s3Export", "Lambda"], "Status": "available",
        "SupportsParallelQuery": False, "SupportsGlobalDatabases": engine.startswith("aurora"), "SupportsBabelfish": False,
        "SupportsCertificateRotationWithoutRestart": True, "SupportedCACertificateIdentifiers": AUTHORITIES,
        "SupportsLocalWriteForwarding": False, "SupportsIntegrations": False, "SupportsLimitlessDatabase": False,
    }


def orderable(engine, version, name, storage):
    """The class with one storage type as DescribeOrderableDBInstanceOptions tells it."""
    smallest, largest, iops = STORAGE.get(storage, (1, 131072, None))
    option = {
        "Engine": engine, "EngineVersion": version, "DBInstanceClass": name, "LicenseModel": "postgresql-license",
        "AvailabilityZones": [{"Name": f"eu-west-1{letter}"} for letter in "abc"], "MultiAZCapable": True,
        "ReadReplicaCapable": engine == "postgres", "Vpc": True, "SupportsStorageEncryption": True, "StorageType": storage,
        "SupportsIops": iops is not None, "SupportsStorageThroughput": storage == "gp3", "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True, "SupportsPerformanceInsights": not name.endswith("micro"),
        "SupportedEngineModes": ["provisioned"] if engine.startswith("aurora") else [],
        "SupportsStorageAutoscaling": engine == "postgres", "SupportsKerberosAuthentication": True, "OutpostCapable": False,
        "SupportsGlobalDatabases": engine.startswith("aurora"), "SupportsClusters": engine.startswith("aurora"),
        "SupportedNetworkTypes": ["IPV4", "DUAL"], "SupportsDedicatedLogVolume": storage.startswith("io"),
    }
    if storage in STORAGE:
        option |= {"MinStorageSize": smallest, "MaxStorageSize": largest}
    if iops:
        option |= {"MinIopsPerDbInstance": iops[0], "MaxIopsPerDbInstance": iops[1]}
    return option
