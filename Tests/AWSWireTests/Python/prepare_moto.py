"""Makes a user who may do little, a role, a secret and instances in moto, then has it check signatures and policies.

Prints the user's access key, its secret and the role's ARN, one a line.

usage: prepare_moto.py URL
"""
import json
import sys
import urllib.request

import boto3

POLICY = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Resource": "*",
    "Action": ["rds:Describe*", "secretsmanager:GetSecretValue", "sts:AssumeRole", "sts:GetCallerIdentity"]}]}
TRUST = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


def client(service, url):
    return boto3.client(
        service, endpoint_url=url, region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key="any")


def main(url):
    iam = client("iam", url)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(POLICY))
    role = iam.create_role(RoleName="reading", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.put_role_policy(RoleName="reading", PolicyName="read", PolicyDocument=json.dumps(POLICY))
    client("secretsmanager", url).create_secret(
        Name="orders/master", SecretString=json.dumps({"username": "admin", "password": "hush é"}))
    rds = client("rds", url)
    for number in range(120):
        rds.create_db_instance(
            DBInstanceIdentifier=f"orders-{number:03}", Engine="postgres", DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20, MasterUsername="admin", MasterUserPassword="hush-hush")
    request = urllib.request.Request(
        url + "/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).read()
    print(key["AccessKeyId"], key["SecretAccessKey"], role["Arn"], sep="\n")


main(sys.argv[1])
