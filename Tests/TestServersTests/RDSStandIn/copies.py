"""Snapshots that are shared with another account, and copied by it."""

from checks import client, create, available, check, finish, order, refused, same, until

HERE, THERE = "123456789012", "210987654321"
rds = client()
keys = client("sts").assume_role(RoleArn=f"arn:aws:iam::{THERE}:role/vault", RoleSessionName="test")["Credentials"]
keys = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"]}
same("another account", client("sts", **keys).get_caller_identity()["Account"], THERE)
vault, far = client(**keys), client(region="us-east-1", **keys)
mine = client("kms").create_key()["KeyMetadata"]["Arn"]
theirs = client("kms", **keys).create_key()["KeyMetadata"]["Arn"]
far_key = client("kms", region="us-east-1", **keys).create_key()["KeyMetadata"]["Arn"]


def cluster(name, **members):
    rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-postgresql", EngineVersion="16.4", MasterUsername="dba",
        MasterUserPassword="secret-123", **members)
    until(name, lambda: rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["Status"] == "available")


KINDS = [("db", "DBSnapshot", "DBInstanceIdentifier", create, "SourceDBSnapshotIdentifier", "DBSnapshotNotFound", "DBSnapshotAlreadyExists"),
         ("db_cluster", "DBClusterSnapshot", "DBClusterIdentifier", lambda _, *words, **members: cluster(*words, **members),
          "SourceDBClusterSnapshotArn", "DBClusterSnapshotNotFoundFault", "DBClusterSnapshotAlreadyExistsFault")]

for prefix, structure, whole, make, source, missing, exists in KINDS:
    def call(who, verb, **members):
        return getattr(who, verb.format(f"{prefix}_snapshot"))(**members)

    def named(key, name, **members):
        return {f"{key}{structure}Identifier": name} | members

    def taken(who, name):
        found = [one for one in call(who, "describe_{}s", SnapshotType="manual")[f"{structure}s"] if one[f"{structure}Identifier"] == name]
        until(f"{structure} {name}", lambda: call(who, "describe_{}s", **named("", name))[f"{structure}s"][0]["Status"] == "available")
        return found[0]

    def snapshot(name, of):
        return call(rds, "create_{}", **named("", name), **{whole: of})[structure][f"{structure}Arn"]

    def share(name, **members):
        return call(rds, "modify_{}_attribute", **named("", name), AttributeName="restore", **members)

    def shared(who):
        return [one[f"{structure}Arn"] for one in call(who, "describe_{}s", SnapshotType="shared")[f"{structure}s"]]

    def cant(claim, code, who, *words, **members):
        refused(f"{structure}: {claim}", code, getattr(who, f"copy_{prefix}_snapshot"), *words, **members)

    for name, members in (("plain", {}), ("own-key", {"StorageEncrypted": True, "KmsKeyId": mine}), ("default-key", {"StorageEncrypted": True})):
        make(rds, f"{prefix.replace('_', '-')}-{name}", **members)
        if prefix == "db":
            available(rds, f"db-{name}")
    plain, own, default = (snapshot(f"s-{name}", f"{prefix.replace('_', '-')}-{name}") for name in ("plain", "own-key", "default-key"))
    refused(f"{structure}: shared too early", "InvalidDBSnapshotState", getattr(rds, f"modify_{prefix}_snapshot_attribute"),
        **named("", "s-plain"), AttributeName="restore", ValuesToAdd=[THERE])
    for name in ("s-plain", "s-own-key", "s-default-key"):
        taken(rds, name)
    refused(f"{structure}: a ghost shared", missing, getattr(rds, f"modify_{prefix}_snapshot_attribute"),
        **named("", "ghost"), AttributeName="restore", ValuesToAdd=[THERE])

    # What isn't shared is nowhere.
    cant("not shared", missing, vault, **named("Source", plain), **named("Target", "copy"))
    same(f"{structure}: nothing shared", shared(vault), [])
    for _ in (1, 2):
        share("s-plain", ValuesToAdd=[THERE])
    attributes = call(rds, "describe_{}_attributes", **named("", "s-plain"))[f"{structure}AttributesResult"][f"{structure}Attributes"]
    same(f"{structure}: shared once", [one["AttributeValues"] for one in attributes], [[THERE]])
    same(f"{structure}: shared", shared(vault), [plain])
    same(f"{structure}: shared in its region", shared(far), [])

    # Copied in one step, to another region too; what it was made of is told.
    for who in (vault, far):
        made = call(who, "copy_{}", **named("Source", plain), **named("Target", "copy"))[structure]
        same(f"{structure}: being copied", made["Status"], "creating")
        same(f"{structure}: made of", taken(who, "copy")[source], plain)
    cant("made twice", exists, vault, **named("Source", plain), **named("Target", "copy"))
    share("s-plain", ValuesToRemove=[THERE])
    same(f"{structure}: no longer shared", shared(vault), [])
    same(f"{structure}: the copy stays", taken(vault, "copy")["Status"], "available")

    # Encrypted: by a key of one's own only, and with a key over there.
    refused(f"{structure}: default key", "InvalidParameterCombination", getattr(rds, f"modify_{prefix}_snapshot_attribute"),
        "default service key", **named("", "s-default-key"), AttributeName="restore", ValuesToAdd=[THERE])
    share("s-own-key", ValuesToAdd=[THERE])
    cant("no key", "InvalidParameterCombination", vault, **named("Source", own), **named("Target", "secret"))
    cant("no such key", "KMSKeyNotAccessibleFault", vault, **named("Source", own), **named("Target", "secret"), KmsKeyId=far_key)
    call(vault, "copy_{}", **named("Source", own), **named("Target", "secret"), KmsKeyId=theirs)
    same(f"{structure}: its key", taken(vault, "secret")["KmsKeyId"], theirs)
    call(far, "copy_{}", **named("Source", own), **named("Target", "secret"), KmsKeyId=far_key)
    call(rds, "copy_{}", **named("Source", "s-own-key"), **named("Target", "again"))
    check(f"{structure}: no source at home", source not in taken(rds, "again") or not taken(rds, "again")[source])

finish()
