"""Instances: how they come, run, stop and go. Installs what is told of them in lives, modifications and backups."""

import datetime

from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

import backups
from lives import appear, automated, dress, find, look, made_up_of, must_be_ready
from modifications import modify
from refusals import check_class, check_common, check_new, check_tags
from world import WORLD, now, refuse


def reboot(response):
    instance = find(response)
    must_be_ready(instance)
    if response.params.get("ForceFailover") and not instance.multi_az:
        refuse("InvalidParameterCombination", "Cannot force failover for a single-AZ DB instance.")
    restart(instance)
    return made_up_of(instance)


def restart(instance):
    def done():
        instance.status = "available"
        life = WORLD.life(instance)
        life.apply_status = "in-sync"
        if instance.db_cluster_identifier:
            WORLD.life(instance.cluster).members_apply_status.pop(instance.db_instance_identifier, None)
        WORLD.tell(instance, "availability", "DB instance restarted")
    instance.status = "rebooting"
    WORLD.then(instance, ("reboot", done))


def delete(response, by_moto):
    parameters, backend = response.params, response.backend
    instance = find(response)
    skip, final = bool(parameters.get("SkipFinalSnapshot")), parameters.get("FinalDBSnapshotIdentifier")
    is_member, is_replica = instance.db_cluster_identifier is not None, instance.is_replica
    if instance.deletion_protection:
        refuse("InvalidParameterCombination",
            "Cannot delete protected DB Instance, please disable deletion protection and try again.")
    if instance.status in ("creating", "deleting", "modifying", "rebooting", "upgrading", "renaming"):
        refuse("InvalidDBInstanceState", f"Instance {instance.db_instance_identifier} is already being deleted."
               if instance.status == "deleting" else f"Cannot delete DB instance {instance.db_instance_identifier} while it is {instance.status}.")
    if skip and final:
        refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier cannot be specified when skipFinalSnapshot is specified.")
    if final and (is_member or is_replica):
        refuse("InvalidParameterCombination",
            "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance or a read replica.")
    if not (skip or final or is_member or is_replica):
        refuse("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if final:
        response.backend.validate_db_snapshot_identifier(final, parameter_name="FinalDBSnapshotIdentifier")
        backend.create_db_snapshot(instance.db_instance_identifier, final)
    keep = parameters.get("DeleteAutomatedBackups") is False
    WORLD.schedule.drop(WORLD.key(instance))
    instance.status = "deleting"

    def gone():
        if keep and instance.backup_retention_period:
            WORLD.backups[instance.dbi_resource_id] = backups.backup_of(instance) | {"Status": "retained"}
            WORLD.retained[instance.dbi_resource_id] = instance
        if instance.db_instance_identifier in backend.databases:
            vanish(instance, keep)
    WORLD.then(instance, ("delete", gone))
    return made_up_of(instance)


def vanish(instance, keep_backups=False):
    """Takes the instance away at once, as if somebody else had deleted it."""
    instance.deletion_protection = False
    WORLD.schedule.drop(WORLD.key(instance))
    WORLD.tell(instance, "deletion", "DB instance deleted")
    instance.backend.delete_db_instance(
        instance.db_instance_identifier, skip_final_snapshot=True, delete_automated_backups=not keep_backups)


def stop(response, by_moto):
    instance = find(response)
    must_be_ready(instance)
    instance.status = "available"
    by_moto(response)
    instance.status = "stopping"
    WORLD.then(instance, ("stop", lambda: setattr(instance, "status", "stopped")))
    return made_up_of(instance)


def start(response, by_moto):
    instance = find(response)
    by_moto(response)

    def started():
        instance.status = "available"
        WORLD.life(instance).apply_status = "in-sync"
    instance.status = "starting"
    WORLD.then(instance, ("start", started))
    return made_up_of(instance)


def new_from(by_moto, member):
    """A restore or a replica: moto makes it, and it takes its time."""
    def action(response):
        parameters = response.params
        check_common(parameters)
        name = parameters[member]
        if name in response.backend.databases:
            refuse("DBInstanceAlreadyExists", "DB instance already exists")
        if parameters.get("DBInstanceClass"):
            check_class("postgres", parameters["DBInstanceClass"])
        with backups.source_present(response.backend, parameters):
            backups.check_source(response, parameters)
            by_moto(response)
        instance = response.backend.databases[name]
        WORLD.lives.pop(instance, None)
        dress(instance, parameters)
        instance.created = now()
        instance.deletion_protection = bool(parameters.get("DeletionProtection"))
        if parameters.get("Tags") is not None:
            instance.tags = list(parameters["Tags"])
        if not instance.is_replica and instance.backup_retention_period and not automated(instance):
            instance.save_automated_backup()
        if instance.is_replica:
            instance.db_instance_identifier = name
            instance.source_db_instance_identifier = parameters["SourceDBInstanceIdentifier"]
            instance.backup_retention_period = 0
        appear(instance)
        return made_up_of(instance)
    return action


def install():
    look()
    by_moto = {
        name: getattr(RDSResponse, name) for name in (
            "create_db_instance", "delete_db_instance", "stop_db_instance", "start_db_instance", "create_db_snapshot",
                "copy_db_snapshot", "copy_db_cluster_snapshot", "modify_db_snapshot_attribute", "modify_db_cluster_snapshot_attribute",
            "restore_db_instance_from_db_snapshot", "restore_db_instance_to_point_in_time", "create_db_instance_read_replica",
            "promote_read_replica", "list_tags_for_resource", "add_tags_to_resource")}

    def create(self):
        check_new(self, self.params)
        by_moto["create_db_instance"](self)
        instance = self.backend.databases[self.params["DBInstanceIdentifier"]]
        dress(instance, self.params)
        for one in self.backend.database_snapshots.values():
            if one.snapshot_type == "automated" and one.db_instance_identifier == instance.db_instance_identifier and one.status == "available":
                one.dbi_resource_id = instance.dbi_resource_id
        appear(instance)
        return made_up_of(instance)

    def promote(self):
        instance = find(self)
        must_be_ready(instance)
        if not instance.is_replica:
            refuse("InvalidDBInstanceState", f"DB Instance {instance.db_instance_identifier} is not a read replica.")
        source = instance.source_db_instance_identifier
        by_moto["promote_read_replica"](self)
        instance.source_db_instance_identifier = None
        primary = self.backend.find_db_from_id(source)
        primary.replicas = [one for one in primary.replicas if instance.db_instance_identifier not in one]
        instance.status = "modifying"
        WORLD.then(instance, ("modify", lambda: setattr(instance, "status", "available")))
        return made_up_of(instance)

    def tagged(action):
        def checked(self):
            arn = self.params["ResourceName"]
            if self.backend._get_resource_for_tagging(arn) is None:
                kind = arn.split(":")[5]
                code = {"db": "DBInstanceNotFound", "cluster": "DBClusterNotFoundFault", "snapshot": "DBSnapshotNotFound",
                        "pg": "DBParameterGroupNotFound"}.get(kind, "InvalidParameterValue")
                refuse(code, f"The specified resource name does not match an RDS resource: {arn}")
            check_tags(self.params)
            return action(self)
        return checked

    RDSResponse.create_db_instance = create
    RDSResponse.modify_db_instance = modify
    RDSResponse.reboot_db_instance = reboot
    RDSResponse.promote_read_replica = promote
    for name, action in (("delete_db_instance", delete), ("stop_db_instance", stop), ("start_db_instance", start),
                         ("create_db_snapshot", backups.snapshot), ("copy_db_snapshot", backups.copy_snapshot),
                         ("copy_db_cluster_snapshot", backups.copy_cluster_snapshot)):
        setattr(RDSResponse, name, lambda self, action=action, name=name: action(self, by_moto[name]))
    for name, kind in (("modify_db_snapshot_attribute", backups.OF_INSTANCES),
                       ("modify_db_cluster_snapshot_attribute", backups.OF_CLUSTERS)):
        setattr(RDSResponse, name, lambda self, kind=kind, name=name: backups.share(self, by_moto[name], kind))
    for name, member in (("restore_db_instance_from_db_snapshot", "DBInstanceIdentifier"),
                         ("restore_db_instance_to_point_in_time", "TargetDBInstanceIdentifier"),
                         ("create_db_instance_read_replica", "DBInstanceIdentifier")):
        setattr(RDSResponse, name, new_from(by_moto[name], member))
    RDSResponse.list_tags_for_resource = tagged(by_moto["list_tags_for_resource"])
    RDSResponse.add_tags_to_resource = tagged(by_moto["add_tags_to_resource"])
    RDSResponse.describe_db_instance_automated_backups = backups.describe_backups
    RDSResponse.start_db_instance_automated_backups_replication = backups.start_replication
    RDSResponse.stop_db_instance_automated_backups_replication = backups.stop_replication
    RDSResponse.delete_db_instance_automated_backup = backups.delete_backup

    described = RDSBackend.describe_db_instances

    def describe_db_instances(self, db_instance_identifier=None, filters=None):
        shown = [
            one for one in described(self, db_instance_identifier, filters)
            if one not in WORLD.lives or WORLD.life(one).hidden_until <= WORLD.schedule.now()]
        if db_instance_identifier and not shown:
            refuse("DBInstanceNotFound", f"DBInstance {db_instance_identifier} not found.")
        return shown
    RDSBackend.describe_db_instances = describe_db_instances

    saved = DBInstance.save_automated_backup

    def save_automated_backup(self):
        # A name is for a minute; an instance made anew within it has its backup already.
        name = f"rds:{self.db_instance_identifier}-{datetime.datetime.utcnow().strftime('%Y-%m-%d-%H-%M')}"
        self.backend.database_snapshots.pop(name, None)
        saved(self)
    DBInstance.save_automated_backup = save_automated_backup
