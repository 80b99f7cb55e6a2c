"""Parameter groups of instances and of clusters: metadata, checks, and what a change does to those that use the group."""

from moto.core.responses import EmptyResult
from moto.rds.models import DBClusterParameterGroup, DBParameterGroup
from moto.rds.responses import RDSResponse

import catalogue
import parameters as known
from world import WORLD, filters, made_up, page, refuse

MOST_IN_A_CALL = 20


class Kind:
    """The two kinds of groups differ in names, and in who uses them."""

    def __init__(self, is_cluster):
        self.is_cluster = is_cluster
        self.word = "DBClusterParameterGroup" if is_cluster else "DBParameterGroup"
        self.name = f"{self.word}Name"

    def groups(self, backend):
        return backend.db_cluster_parameter_groups if self.is_cluster else backend.db_parameter_groups

    def family(self, group):
        return group.db_parameter_group_family if self.is_cluster else group.family

    def find(self, backend, name):
        """The group, a default one made where its family exists."""
        groups = self.groups(backend)
        family = (name or "").removeprefix("default.")
        if name not in groups and (name or "").startswith("default.") and family in catalogue.families():
            groups[name] = self.new(backend, name, family, f"Default parameter group for {family}")
        if name not in groups:
            message = f"DBClusterParameterGroup not found: {name}" if self.is_cluster else f"DBParameterGroup not found: {name}"
            refuse("DBParameterGroupNotFound", message)
        return groups[name]

    def new(self, backend, name, family, description, tags=None):
        if self.is_cluster:
            return DBClusterParameterGroup(backend, name, description, family, tags or [])
        return DBParameterGroup(backend, name, description, family, tags or [])

    def users(self, backend, group):
        if self.is_cluster:
            return [one for one in backend.clusters.values() if one.parameter_group.lower() == group.name]
        return [one for one in backend.databases.values() if group_name(one) == group.name]

    def definitions(self, group):
        return known.definitions(self.family(group), self.is_cluster)


OF_INSTANCES = Kind(False)
OF_CLUSTERS = Kind(True)


def group_name(instance):
    return (instance.db_parameter_group_name or f"default.{catalogue.family(instance.engine, instance.engine_version)}").lower()


def describe(kind, response, group):
    parameters = response.params
    limit_names(filters(parameters))
    wanted = parameters.get("Source")
    if wanted not in (None, "user", "system", "engine-default"):
        refuse("InvalidParameterValue", f"Invalid value for Source: {wanted}")
    names = filters(parameters).get("parameter-name")
    listed = []
    for name, definition in kind.definitions(group).items():
        shown = dict(definition)
        if name in group.parameters:
            shown |= {"ParameterValue": group.parameters[name]["ParameterValue"], "Source": "user"}
        if wanted in (None, shown["Source"]) and (names is None or name in names):
            listed.append(shown)
    return made_up(page(parameters, listed, "Parameters"))


def limit_names(given):
    if any(len(values) > 100 for values in given.values()):
        refuse("InvalidParameterValue", "Filter values exceed the limit of 100.")


def describe_defaults(response, is_cluster):
    family = response.params.get("DBParameterGroupFamily")
    check_family(family)
    listed = [dict(one) for one in known.definitions(family, is_cluster).values()]
    return made_up(page(response.params, listed, "Parameters", wrap=("EngineDefaults", {"DBParameterGroupFamily": family})))


def check_family(family):
    if family not in catalogue.families():
        refuse("InvalidParameterValue", f"ParameterGroupFamily {family} is not a valid parameter group family")


def check_group(kind, response):
    name = response.params.get(kind.name)
    group = kind.find(response.backend, name)
    if group.name.startswith("default."):
        refuse("InvalidDBParameterGroupState", f"Default {kind.word} cannot be modified: {name}")
    return group


def check_parameters(kind, group, given, is_reset):
    if len(given) > MOST_IN_A_CALL:
        refuse("InvalidParameterValue", f"Cannot modify more than {MOST_IN_A_CALL} parameters in a single request")
    seen = set()
    for one in given:
        name, method = one.get("ParameterName"), one.get("ApplyMethod")
        definition = kind.definitions(group).get(name)
        if definition is None:
            refuse("InvalidParameterValue", f"Could not find parameter with name: {name}")
        if name in seen:
            refuse("InvalidParameterValue", f"Parameter {name} is specified more than once")
        seen.add(name)
        if not definition["IsModifiable"]:
            refuse("InvalidParameterValue", f"The parameter {name} cannot be modified.")
        if method not in ("immediate", "pending-reboot"):
            refuse("InvalidParameterValue", f"Invalid apply method: {method}")
        if method == "immediate" and definition["ApplyType"] == "static":
            refuse("InvalidParameterCombination", f"cannot use immediate apply method for static parameter: {name}")
        if not is_reset:
            if one.get("ParameterValue") is None:
                refuse("InvalidParameterValue", f"The value of parameter {name} must be provided")
            wrong = known.wrong_value(definition, one["ParameterValue"])
            if wrong:
                refuse("InvalidParameterValue", wrong)


def change(kind, response, group, changes):
    """Sets or removes `(name, value, method)` and lets the users of the group know."""
    does_now = does_later = False
    for name, value, method in changes:
        before = group.parameters.get(name, {}).get("ParameterValue")
        if before == value:
            continue
        if value is None:
            group.parameters.pop(name, None)
        else:
            group.parameters[name] = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
        does_now = does_now or method == "immediate"
        does_later = does_later or method == "pending-reboot"
    for user in kind.users(response.backend, group):
        if kind.is_cluster:
            for member in user.members:
                mark(WORLD.life(user).members_apply_status, member.db_instance_identifier, user, does_now, does_later)
        else:
            mark(WORLD.life(user).__dict__, "apply_status", user, does_now, does_later)


def mark(statuses, key, user, does_now, does_later):
    if does_later:
        statuses[key] = "pending-reboot"
    elif does_now and statuses.get(key, "in-sync") == "in-sync":
        statuses[key] = "applying"

        def done():
            if statuses.get(key) == "applying":
                statuses[key] = "in-sync"

        # Parameters come into force beside whatever else happens to the instance.
        WORLD.schedule.add(f"{user.arn}/{key}/parameters", (WORLD.timing["parameters"], done))


def modify(kind, response):
    group = check_group(kind, response)
    given = list(response.params.get("Parameters") or [])
    if not given:
        refuse("InvalidParameterValue", "The parameter Parameters must be provided and must not be blank.")
    check_parameters(kind, group, given, is_reset=False)
    change(kind, response, group, [(one["ParameterName"], one["ParameterValue"], one["ApplyMethod"]) for one in given])
    return made_up({kind.name: group.name})


def reset(kind, response):
    group = check_group(kind, response)
    given = list(response.params.get("Parameters") or [])
    everything = response.params.get("ResetAllParameters")
    if everything and given:
        refuse("InvalidParameterCombination", "ResetAllParameters cannot be specified together with Parameters.")
    if not everything and not given:
        refuse("InvalidParameterCombination", "Either ResetAllParameters or Parameters must be specified.")
    if everything:
        definitions = kind.definitions(group)
        changes = [
            (name, None, "pending-reboot" if definitions[name]["ApplyType"] == "static" else "immediate")
            for name in list(group.parameters)]
    else:
        check_parameters(kind, group, given, is_reset=True)
        changes = [(one["ParameterName"], None, one["ApplyMethod"]) for one in given]
    change(kind, response, group, changes)
    return made_up({kind.name: group.name})


def delete(kind, response):
    name = response.params.get(kind.name)
    group = kind.find(response.backend, name)
    if group.name.startswith("default."):
        refuse("InvalidDBParameterGroupState", f"Default {kind.word} cannot be deleted: {name}")
    if kind.users(response.backend, group):
        refuse("InvalidDBParameterGroupState", "One or more database instances are still members of this parameter group "
               f"{name}, so the group cannot be deleted")
    del kind.groups(response.backend)[name]
    return EmptyResult()


def create(kind, response, by_moto):
    check_family(response.params.get("DBParameterGroupFamily"))
    name = response.params.get(kind.name)
    if name in kind.groups(response.backend):
        refuse("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    if name.startswith("default."):
        refuse("InvalidParameterValue", f"The parameter {kind.name} is not a valid identifier.")
    return by_moto(response)


def install():
    create_group, create_cluster_group = RDSResponse.create_db_parameter_group, RDSResponse.create_db_cluster_parameter_group
    RDSResponse.create_db_parameter_group = lambda self: create(OF_INSTANCES, self, create_group)
    RDSResponse.create_db_cluster_parameter_group = lambda self: create(OF_CLUSTERS, self, create_cluster_group)
    RDSResponse.describe_db_parameters = lambda self: describe(
        OF_INSTANCES, self, OF_INSTANCES.find(self.backend, self.params.get("DBParameterGroupName")))
    RDSResponse.describe_db_cluster_parameters = lambda self: describe(
        OF_CLUSTERS, self, OF_CLUSTERS.find(self.backend, self.params.get("DBClusterParameterGroupName")))
    RDSResponse.describe_engine_default_parameters = lambda self: describe_defaults(self, False)
    RDSResponse.describe_engine_default_cluster_parameters = lambda self: describe_defaults(self, True)
    RDSResponse.modify_db_parameter_group = lambda self: modify(OF_INSTANCES, self)
    RDSResponse.modify_db_cluster_parameter_group = lambda self: modify(OF_CLUSTERS, self)
    RDSResponse.reset_db_parameter_group = lambda self: reset(OF_INSTANCES, self)
    RDSResponse.reset_db_cluster_parameter_group = lambda self: reset(OF_CLUSTERS, self)
    RDSResponse.delete_db_parameter_group = lambda self: delete(OF_INSTANCES, self)
    RDSResponse.delete_db_cluster_parameter_group = lambda self: delete(OF_CLUSTERS, self)

    describe_groups = RDSResponse.describe_db_parameter_groups

    def describe_db_parameter_groups(self):
        if self.params.get("DBParameterGroupName"):
            OF_INSTANCES.find(self.backend, self.params["DBParameterGroupName"])
        return describe_groups(self)

    def describe_db_cluster_parameter_groups(self):
        name = self.params.get("DBClusterParameterGroupName")
        groups = [OF_CLUSTERS.find(self.backend, name)] if name else list(self.backend.db_cluster_parameter_groups.values())
        return made_up(page(self.params, [
            {
                "DBClusterParameterGroupName": group.name, "DBParameterGroupFamily": group.db_parameter_group_family,
                "Description": group.description, "DBClusterParameterGroupArn": group.arn,
            } for group in groups], "DBClusterParameterGroups"))

    RDSResponse.describe_db_parameter_groups = describe_db_parameter_groups
    RDSResponse.describe_db_cluster_parameter_groups = describe_db_cluster_parameter_groups
