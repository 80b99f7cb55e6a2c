"""Signatures and policies, for moto's actions and for those that the stand-in adds."""

from checks import *

order("timing", all=0)
create(client(), "one")
readers = order("user", name="reader", actions=["rds:Describe*", "rds:ListTagsForResource", "sts:GetCallerIdentity"])
order("authentication", on=True)
keys = {"aws_access_key_id": readers["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": readers["AWS_SECRET_ACCESS_KEY"]}
reader = client(**keys)
same("moto's action", len(reader.describe_db_instances()["DBInstances"]), 1)
same("an action added", reader.describe_db_engine_versions(Engine="postgres",
    EngineVersion="16.4")["DBEngineVersions"][0]["EngineVersion"], "16.4")
same("who", client("sts", **keys).get_caller_identity()["Account"], "123456789012")
refused("writing", "AccessDenied", reader.modify_db_instance, DBInstanceIdentifier="one", MultiAZ=True)
refused("an added action that writes", "AccessDenied", reader.reset_db_parameter_group, DBParameterGroupName="x",
    ResetAllParameters=True)
wrong = client(**keys | {"aws_secret_access_key": "wrong"})
refused("wrong secret", "SignatureDoesNotMatch", wrong.describe_db_instances)
refused("wrong secret, added action", "SignatureDoesNotMatch", wrong.describe_db_engine_versions, Engine="postgres")
refused("unknown key", "InvalidClientTokenId", client(aws_access_key_id="AKIA0000000000000000",
    aws_secret_access_key="x").describe_db_instances)

body = urllib.parse.urlencode({"Action": "DescribeDBInstances", "Version": "2014-10-31"}).encode()
try:
    urllib.request.urlopen(urllib.request.Request(ENDPOINT + "/", body))
    FAILED.append("unsigned: accepted")
except urllib.error.HTTPError as error:
    check("unsigned", error.code == 403 and b"MissingAuthenticationToken" in error.read())
order("authentication", on=False)
check("off again", wrong.describe_db_instances())
finish()
