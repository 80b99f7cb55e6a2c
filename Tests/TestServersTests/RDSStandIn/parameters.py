"""Parameter groups: what they tell, what they refuse, and what a change does to the instances."""

from checks import *

rds = client()
order("timing", all=0.05)
group = rds.create_db_parameter_group(DBParameterGroupName="shared", DBParameterGroupFamily="postgres16",
    Description="d")["DBParameterGroup"]
same("family", group["DBParameterGroupFamily"], "postgres16")
refused("unknown family", "InvalidParameterValue", rds.create_db_parameter_group, DBParameterGroupName="other",
    DBParameterGroupFamily="postgres99", Description="d")
refused("same name", "DBParameterGroupAlreadyExists", rds.create_db_parameter_group, DBParameterGroupName="shared",
    DBParameterGroupFamily="postgres16", Description="d")

# Metadata.
everything, count = pages(rds.describe_db_parameters, "Parameters", DBParameterGroupName="shared")
check("hundreds of parameters", len(everything) > 300 and count == (len(everything) + 99) // 100, (len(everything), count))
small, count = pages(rds.describe_db_parameters, "Parameters", DBParameterGroupName="shared", MaxRecords=20)
check("pages of 20", small == everything and count == (len(everything) + 19) // 20, count)
by_name = {one["ParameterName"]: one for one in everything}
same("work_mem", by_name["work_mem"], {
    "ParameterName": "work_mem", "Description": "(kB) Sets work_mem.", "Source": "engine-default", "ApplyType": "dynamic",
        "DataType": "integer",
    "AllowedValues": "64-2147483647", "IsModifiable": True, "ApplyMethod": "pending-reboot"})
same("shared_buffers", by_name["shared_buffers"]["ParameterValue"], "{DBInstanceClassMemory/32768}")
same("max_connections", by_name["max_connections"]["ParameterValue"], "LEAST({DBInstanceClassMemory/9531392},5000)")
same("shared_buffers is static", by_name["shared_buffers"]["ApplyType"], "static")
same("rds.force_ssl", (by_name["rds.force_ssl"]["ApplyType"], by_name["rds.force_ssl"]["AllowedValues"]), ("dynamic", "0,1"))
check("data_directory", not by_name["data_directory"]["IsModifiable"])
defaults, _ = pages(rds.describe_engine_default_parameters, "Parameters", DBParameterGroupFamily="postgres16")
same("engine defaults", [one["ParameterName"] for one in defaults], [one["ParameterName"] for one in everything])
same("user's at first", rds.describe_db_parameters(DBParameterGroupName="shared", Source="user")["Parameters"], [])
named = rds.describe_db_parameters(DBParameterGroupName="shared",
    Filters=[{"Name": "parameter-name", "Values": ["work_mem", "port"]}])
same("by name", [one["ParameterName"] for one in named["Parameters"]], ["port", "work_mem"])
refused("MaxRecords", "InvalidParameterValue", rds.describe_db_parameters, DBParameterGroupName="shared", MaxRecords=5)
refused("ghost group", "DBParameterGroupNotFound", rds.describe_db_parameters, DBParameterGroupName="ghost")
same("default group", rds.describe_db_parameters(DBParameterGroupName="default.postgres17", Source="user")["Parameters"], [])


def setting(name, value, method="immediate"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


def modify(*settings):
    rds.modify_db_parameter_group(DBParameterGroupName="shared", Parameters=list(settings))


def reset(*names, method="immediate"):
    rds.reset_db_parameter_group(DBParameterGroupName="shared",
        Parameters=[{"ParameterName": name, "ApplyMethod": method} for name in names])


def values():
    return {one["ParameterName"]: one["ParameterValue"] for one in
            rds.describe_db_parameters(DBParameterGroupName="shared", Source="user")["Parameters"]}


# What is refused.
for claim, settings in {
    "21 parameters": [setting(name, "1") for name in sorted(by_name)[:21]],
    "unknown name": [setting("work_memory", "1")],
    "out of range": [setting("work_mem", "1")],
    "no number": [setting("work_mem", "4MB")],
    "not of the choices": [setting("log_statement", "some")],
    "boolean as on": [setting("autovacuum", "on")],
    "unknown library": [setting("shared_preload_libraries", "pg_stat_statements,evil", "pending-reboot")],
    "not modifiable": [setting("data_directory", "/tmp", "pending-reboot")],
    "twice": [setting("work_mem", "8192"), setting("work_mem", "9000")],
    "apply method": [setting("work_mem", "8192", "sometime")],
}.items():
    refused(claim, "InvalidParameterValue", rds.modify_db_parameter_group, DBParameterGroupName="shared", Parameters=settings)
refused("static at once", "InvalidParameterCombination", rds.modify_db_parameter_group,
        DBParameterGroupName="shared", Parameters=[setting("max_connections", "200")])
refused("default group", "InvalidDBParameterGroupState", rds.modify_db_parameter_group,
        DBParameterGroupName="default.postgres16", Parameters=[setting("work_mem", "8192")])
same("nothing was set", values(), {})

# What a change does to instances.
rds.create_db_parameter_group(DBParameterGroupName="shared-15", DBParameterGroupFamily="postgres15", Description="d")
refused("wrong family", "InvalidParameterCombination", create, rds=rds, name="one", DBParameterGroupName="shared-15")
create(rds, "one", DBParameterGroupName="shared")
create(rds, "two")
available(rds, "one", "two")
refused("wrong family at swap", "InvalidParameterCombination", rds.modify_db_instance, DBInstanceIdentifier="two",
    DBParameterGroupName="shared-15")


def applied(name="one"):
    return instance(rds, name)["DBParameterGroups"]


same("in sync", applied(), [{"DBParameterGroupName": "shared", "ParameterApplyStatus": "in-sync"}])
order("timing", parameters=0.2)
modify(setting("work_mem", "8192"), setting("random_page_cost", "1.1"))
same("set", values(), {"work_mem": "8192", "random_page_cost": "1.1"})
same("ApplyMethod echoes a default", rds.describe_db_parameters(DBParameterGroupName="shared",
    Source="user")["Parameters"][0]["ApplyMethod"], "pending-reboot")
same("applying", applied()[0]["ParameterApplyStatus"], "applying")
until("applied", lambda: applied()[0]["ParameterApplyStatus"] == "in-sync")
modify(setting("work_mem", "8192"))
same("the same value changes nothing", applied()[0]["ParameterApplyStatus"], "in-sync")
modify(setting("max_connections", "LEAST({DBInstanceClassMemory/9531392},500)", "pending-reboot"))
same("static waits", applied()[0]["ParameterApplyStatus"], "pending-reboot")
same("the other instance", applied("two")[0], {"DBParameterGroupName": "default.postgres16", "ParameterApplyStatus": "in-sync"})
same("rebooting", rds.reboot_db_instance(DBInstanceIdentifier="one")["DBInstance"]["DBInstanceStatus"], "rebooting")
available(rds, "one")
same("after reboot", applied()[0]["ParameterApplyStatus"], "in-sync")
same("swap", rds.modify_db_instance(DBInstanceIdentifier="two", DBParameterGroupName="shared")["DBInstance"]["DBParameterGroups"],
     [{"DBParameterGroupName": "shared", "ParameterApplyStatus": "pending-reboot"}])
order("window")
same("a window brings no reboot", applied("two")[0]["ParameterApplyStatus"], "pending-reboot")
reset("work_mem")
same("reset", "work_mem" in values(), False)
refused("reset static at once", "InvalidParameterCombination", rds.reset_db_parameter_group, DBParameterGroupName="shared",
        Parameters=[{"ParameterName": "max_connections", "ApplyMethod": "immediate"}])
refused("reset what", "InvalidParameterCombination", rds.reset_db_parameter_group, DBParameterGroupName="shared")
rds.reset_db_parameter_group(DBParameterGroupName="shared", ResetAllParameters=True)
same("all reset", values(), {})
same("a reset of a static one waits", applied()[0]["ParameterApplyStatus"], "pending-reboot")
refused("in use", "InvalidDBParameterGroupState", rds.delete_db_parameter_group, DBParameterGroupName="shared")
rds.delete_db_parameter_group(DBParameterGroupName="shared-15")
refused("deleted", "DBParameterGroupNotFound", rds.describe_db_parameter_groups, DBParameterGroupName="shared-15")
for number in range(25):
    rds.create_db_parameter_group(DBParameterGroupName=f"g{number}", DBParameterGroupFamily="postgres16", Description="d")
groups, count = pages(rds.describe_db_parameter_groups, "DBParameterGroups", MaxRecords=20)
check("groups by page", len(groups) >= 26 and count == 2, (len(groups), count))

# What the wire must not carry.
for claim, members in {
    "wrong list name": {"Action": "ModifyDBParameterGroup", "DBParameterGroupName": "g1",
        "Parameters.member.1.ParameterName": "work_mem"},
    "unknown member": {"Action": "DescribeDBInstances", "DBInstance": "one"},
    "boolean": {"Action": "ModifyDBInstance", "DBInstanceIdentifier": "one", "ApplyImmediately": "yes"},
    "integer": {"Action": "ModifyDBInstance", "DBInstanceIdentifier": "one", "AllocatedStorage": "1e3"},
}.items():
    code, text = raw(**members)
    check(claim, code == 400 and "<Code>MalformedInput</Code>" in text, (code, text))
code, text = raw(Action="DescribeUnicorns")
check("unknown action", code == 400 and "<Code>InvalidAction</Code>" in text, (code, text))

finish()
