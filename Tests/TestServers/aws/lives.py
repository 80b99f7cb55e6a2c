"""How instances look, come into being, and are shown in answers."""

import copy
import datetime

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance, DBInstanceClustered

import catalogue
from groups import group_name
from world import WORLD, identity, now, refuse

READY = {"available", "storage-optimization", "storage-full", "incompatible-parameters", "incompatible-network",
    "incompatible-option-group", "incompatible-credentials"}


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
        instance.PerformanceInsightsKMSKeyId = asked("PerformanceInsightsKMSKeyId",
            "arn:aws:kms:eu-west-1:123456789012:key/aws-rds")
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
    WORLD.life(instance).hidden_until = WORLD.schedule.now() + WORLD.hide_next
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


def made_up_of(instance, name="DBInstance"):
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
