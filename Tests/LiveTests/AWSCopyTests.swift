import Foundation
import TestServers
import Testing

/// Snapshots that another account keeps too: made by its role, counted by what they were made of, and removed in time.
@Suite struct AWSCopyTests {
  private static let vault = "210987654321"

  private func specs(
    _ place: String = "keep_snapshots: 2d", storage: String = "", role: String = "vault", members: Bool = false
  ) -> String {
    let instance =
      members
      ? "members: { orders-1: { class: db.r6g.large } }\naws:\n  storage: { \(storage) }\n"
      : "aws:\n  class: db.t4g.medium\n  storage: { size: 20, type: gp3, \(storage) }\n"
    let role = "assume_role: { arn: \"arn:aws:iam::\(Self.vault):role/\(role)\" }"
    return """
      ---
      kind: Instance
      name: orders
      platform: aws
      engine: postgres
      version: 16
      backup: week
      \(instance)  master: { user: dba, managed_password: true }
      ---
      kind: BackupPolicy
      name: week
      retain: 7d
      full: { every: 1d }
      aws:
        copy_to:
          - { account: \(Self.vault), region: eu-central-1, \(role), \(place) }

      """
  }

  /// What the other account has, and what is shared with it, as lines.
  private func vault(_ live: AWSRepository, ofCluster: Bool = false) async throws -> [String] {
    let (call, list, key, source) =
      ofCluster
      ? (
        "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier",
        "SourceDBClusterSnapshotArn"
      )
      : ("describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier", "SourceDBSnapshotIdentifier")
    let path = "\(live.repository.path)/vault.py"
    try """
    import boto3
    keys = boto3.client('sts').assume_role(
        RoleArn='arn:aws:iam::\(Self.vault):role/vault', RoleSessionName='test')['Credentials']
    def rds(region):
        return boto3.client('rds', region_name=region, aws_access_key_id=keys['AccessKeyId'],
            aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
    for one in rds('eu-central-1').\(call)()['\(list)']:
        print('copy', one['\(key)'], one['Status'], one.get('\(source)', 'of nothing'), one.get('KmsKeyId', ''),
            ' '.join(f"{tag['Key']}={tag['Value']}" for tag in one['TagList']))
    for one in rds('eu-west-1').\(call)(SnapshotType='shared')['\(list)']:
        print('shared', one['\(key)'])
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return try await live.cloud.run(script: path).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [false, true]) func theNewestSnapshotIsInTheOtherAccountToo(isCluster: Bool) async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs(members: isCluster))
    let plan = try live.apply(allowing: ["create-instance"]).plan
    #expect(plan.contains("copy the snapshot to account 210987654321 in eu-central-1"), "\(plan)")
    try live.converged()
    let first = try await vault(live, ofCluster: isCluster)
    let kind = isCluster ? "cluster-snapshot" : "snapshot"
    #expect(first.count == 1, "\(first)")
    #expect(
      first.first?.contains("available arn:aws:rds:eu-west-1:123456789012:\(kind):holdfast-orders-") == true, "\(first)"
    )
    // A second apply copies nothing again.
    try live.run("apply", "--yes")
    #expect(try await vault(live, ofCluster: isCluster) == first)
    try await live.expectSoundTalk()
  }

  /// With the labels, and with what else the instance is tagged with.
  @Test(arguments: [false, true]) func copiesHaveTheTagsOfTheInstance(isCluster: Bool) async throws {
    let cloud = try await RDSStandIn.start()
    let labelled = specs(members: isCluster).replacing("name: orders\n", with: "name: orders\nlabels: { team: shop }\n")
    let live = try AWSRepository(cloud, labelled)
    try live.apply(allowing: ["create-instance"])
    let first = try await vault(live, ofCluster: isCluster)
    #expect(first.count == 1 && first.first?.hasSuffix(" team=shop") == true, "\(first)")
    let label = try #require(first.first?.split(separator: " ").dropFirst().first)
    let (snapshot, arn) =
      isCluster
      ? ("db_cluster_snapshot", "rds.describe_db_clusters()['DBClusters'][0]['DBClusterArn']")
      : ("db_snapshot", "rds.describe_db_instances()['DBInstances'][0]['DBInstanceArn']")
    let structure = isCluster ? "DBClusterSnapshot" : "DBSnapshot"
    try await live.elsewhere(
      """
      rds.add_tags_to_resource(ResourceName=\(arn), Tags=[{'Key': 'cost', 'Value': '7'}])
      keys = boto3.client('sts').assume_role(
          RoleArn='arn:aws:iam::\(Self.vault):role/vault', RoleSessionName='test')['Credentials']
      there = boto3.client('rds', region_name='eu-central-1', aws_access_key_id=keys['AccessKeyId'],
          aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
      there.delete_\(snapshot)(\(structure)Identifier='\(label)')
      """)
    try live.apply()
    let second = try await vault(live, ofCluster: isCluster)
    #expect(second.count == 1 && second.first?.hasSuffix(" cost=7 team=shop") == true, "\(second)")
    try live.converged()
    // The tag that says with whom the snapshot is shared has gone with its sharing.
    try await live.elsewhere(
      """
      found = rds.describe_\(snapshot)s(\(structure)Identifier='\(label)')['\(structure)s']
      assert [one['TagList'] for one in found] == [[]], found
      """)
    try await live.expectSoundTalk()
  }

  /// A run is killed while the other account copies, and then the account is taken out of the specs.
  @Test(arguments: [false, true]) func anAccountThatIsTakenOutMayCopyNothingAnyMore(isCluster: Bool) async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs(members: isCluster))
    try cloud.control("timing", #"{"copy": 600}"#)
    let plan = try live.run("plan", exits: 0)
    #expect(plan.contains("copy the snapshot"), "\(plan)")
    let run = try live.repository.start("apply", "--yes", "--allow", "create-instance=instance/orders")
    let call = isCluster ? "CopyDBClusterSnapshot" : "CopyDBSnapshot"
    while try !cloud.actions().contains(call) { try await Task.sleep(for: .milliseconds(20)) }
    _ = try run.killAndReap()
    try cloud.control("finish")
    #expect(try await vault(live, ofCluster: isCluster).contains { $0.hasPrefix("shared ") })
    // Nobody is asked over there any more.
    let without = specs(members: isCluster).split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains("copy_to") && !$0.contains(Self.vault) }.joined(separator: "\n")
    try live.write(without.replacing("full: { every: 1d }\naws:", with: "full: { every: 1d }"))
    let report = try live.apply()
    #expect(report.plan.contains("share nothing with \(Self.vault) any more"), "\(report.plan)")
    let left = try await vault(live, ofCluster: isCluster)
    #expect(left.count == 1 && left.first?.hasPrefix("copy ") == true, "\(left)")
    try live.converged()
    try await live.expectSoundTalk()
  }

  @Test func aCopyThatIsGoneIsMadeAgainAndWhatIsSharedIsNot() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    try live.apply(allowing: ["create-instance"])
    let first = try await vault(live)
    let label = try #require(first.first?.split(separator: " ").dropFirst().first)
    // Somebody deletes it over there, and leaves the snapshot shared here.
    try await live.elsewhere(
      """
      keys = boto3.client('sts').assume_role(
          RoleArn='arn:aws:iam::\(Self.vault):role/vault', RoleSessionName='test')['Credentials']
      there = boto3.client('rds', region_name='eu-central-1', aws_access_key_id=keys['AccessKeyId'],
          aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
      there.delete_db_snapshot(DBSnapshotIdentifier='\(label)')
      rds.modify_db_snapshot_attribute(
          DBSnapshotIdentifier='\(label)', AttributeName='restore', ValuesToAdd=['\(Self.vault)'])
      """)
    let drift = try live.run("drift", exits: 2)
    #expect(drift.contains("\(label) is not in account 210987654321 in eu-central-1 yet"), "\(drift)")
    let report = try live.apply()
    #expect(report.plan.contains("share nothing with 210987654321 any more"), "\(report.plan)")
    #expect(try await vault(live) == first)
    try live.converged()
    // Nothing of it can be taken back, and the revert says so.
    let revert = try live.run("revert", try live.repository.newestRun(), "--yes")
    #expect(revert.contains("is kept until its retention ends"), "\(revert)")
    #expect(try await vault(live) == first)
    try await live.expectSoundTalk()
  }

  @Test func anAnswerThatIsLostMakesNoSecondCopy() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    try cloud.control("faults", #"{"kind": "drop-after", "action": "CopyDBSnapshot"}"#)
    try live.apply(allowing: ["create-instance"])
    #expect(try await vault(live).count == 1)
    try live.converged()
    #expect(try cloud.actions().filter { $0 == "CopyDBSnapshot" }.count == 1)
  }

  @Test func oldCopiesOfOursGoAndOthersStay() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    try live.apply(allowing: ["create-instance"])
    // Two older ones: one that Holdfast made, as far as anybody can tell, and one of the same form by hand.
    try await live.elsewhere(
      """
      import time
      keys = boto3.client('sts').assume_role(
          RoleArn='arn:aws:iam::\(Self.vault):role/vault', RoleSessionName='test')['Credentials']
      there = boto3.client('rds', region_name='eu-central-1', aws_access_key_id=keys['AccessKeyId'],
          aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
      old = 'holdfast-orders-20200101000000'
      rds.create_db_snapshot(DBInstanceIdentifier='orders', DBSnapshotIdentifier=old)
      rds.get_waiter('db_snapshot_available').wait(DBSnapshotIdentifier=old, WaiterConfig={'Delay': 1})
      rds.modify_db_snapshot_attribute(
          DBSnapshotIdentifier=old, AttributeName='restore', ValuesToAdd=['\(Self.vault)'])
      arn = 'arn:aws:rds:eu-west-1:123456789012:snapshot:' + old
      for name in (old, 'by-hand'):
          there.copy_db_snapshot(SourceDBSnapshotIdentifier=arn, TargetDBSnapshotIdentifier=name)
          there.get_waiter('db_snapshot_available').wait(DBSnapshotIdentifier=name, WaiterConfig={'Delay': 1})
      rds.delete_db_snapshot(DBSnapshotIdentifier=old)
      """)
    let report = try live.apply(allowing: ["data-loss"])
    #expect(report.plan.contains("the copy of holdfast-orders-20200101000000 in 210987654321"), "\(report.plan)")
    let left = try await vault(live)
    #expect(
      left.count == 2 && !left.contains { $0.contains("20200101000000 available") && !$0.contains("by-hand") },
      "\(left)")
    try live.converged()
    try await live.expectSoundTalk()
  }

  /// With a key of one's own here, named by its alias, and one over there.
  @Test func whatIsEncryptedIsCopiedWithAKeyOfThatAccount() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(
      cloud, specs("kms_key: alias/vault", storage: "encrypted: true, kms_key: alias/orders"))
    try await live.elsewhere(
      """
      keys = boto3.client('sts').assume_role(
          RoleArn='arn:aws:iam::\(Self.vault):role/vault', RoleSessionName='test')['Credentials']
      there = boto3.client('kms', region_name='eu-central-1', aws_access_key_id=keys['AccessKeyId'],
          aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
      for kms, alias in ((boto3.client('kms'), 'alias/orders'), (there, 'alias/vault')):
          kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()['KeyMetadata']['KeyId'])
      """)
    try live.apply(allowing: ["create-instance"])
    let copies = try await vault(live)
    #expect(copies.count == 1, "\(copies)")
    #expect(copies.first?.contains("arn:aws:kms:eu-central-1:\(Self.vault):key/") == true, "\(copies)")
    // RDS tells the key's ARN, and an alias counts as that.
    try live.converged()
    try await live.expectSoundTalk()
  }

  /// Planning needs leave to look here, to assume the role, and to look there.
  @Test func lookingNeedsNoLeaveToChange() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    try live.apply(allowing: ["create-instance"])
    try await live.elsewhere(
      """
      import json
      keys = boto3.client('sts').assume_role(
          RoleArn='arn:aws:iam::\(Self.vault):role/vault', RoleSessionName='test')['Credentials']
      iam = boto3.client('iam', aws_access_key_id=keys['AccessKeyId'],
          aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
      trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole'}]}
      iam.create_role(RoleName='vault', AssumeRolePolicyDocument=json.dumps(trust))
      look = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'rds:DescribeDBSnapshots', 'Resource': '*'}]}
      iam.put_role_policy(RoleName='vault', PolicyName='look', PolicyDocument=json.dumps(look))
      """)
    let may = try user("ci", #""rds:Describe*", "sts:GetCallerIdentity", "sts:AssumeRole""#, live)
    let mayNot = try user("other", #""rds:Describe*", "sts:GetCallerIdentity""#, live)
    try cloud.control("authentication", #"{"on": true}"#)
    try may.converged()
    let refused = try mayNot.run("plan", exits: 1)
    #expect(refused.contains("cannot assume role arn:aws:iam::210987654321:role/vault"), "\(refused)")
    try live.cloud.control("authentication", #"{"on": false}"#)
  }

  /// The repository with the keys of a new user, who may do just this.
  private func user(_ name: String, _ actions: String, _ live: AWSRepository) throws -> AWSRepository {
    var user = live
    let told = try live.cloud.control("user", #"{"name": "\#(name)", "actions": [\#(actions)]}"#)
    let keys = try #require(try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: String])
    user.repository.environment = live.cloud.environment.merging(keys) { $1 }
    return user
  }

  @Test func whatCantBeCopiedIsToldBeforehand() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    // Encrypted, with RDS's own key.
    try live.write(specs(storage: "encrypted: true"))
    let ownKey = try live.run("plan", exits: 1)
    #expect(
      ownKey.contains("specs/all.yaml:23:3: error[PLAN008]") && ownKey.contains("shared with nobody"), "\(ownKey)")
    // Encrypted, and no key over there.
    try live.write(specs(storage: "encrypted: true, kms_key: alias/orders"))
    let noKey = try live.run("plan", exits: 1)
    #expect(noKey.contains("needs a `kms_key` to copy"), "\(noKey)")
    // Encrypted, and no key in the other region.
    try live.write(
      specs(storage: "encrypted: true, kms_key: alias/orders")
        .replacing(
          "- { account: \(Self.vault), region: eu-central-1", with: "- us-east-1\n    - { account: \(Self.vault)"))
    let noKeyThere = try live.run("plan", exits: 1)
    #expect(noKeyThere.contains("copies in us-east-1 need a `kms_key`"), "\(noKeyThere)")
    // STS doesn't give the role.
    try live.write(specs())
    try cloud.control(
      "faults", #"{"kind": "access-denied", "action": "AssumeRole", "times": 9}"#)
    let denied = try live.run("plan", exits: 1)
    #expect(denied.contains("can't be copied to account 210987654321"), "\(denied)")
    #expect(denied.contains("cannot assume role"), "\(denied)")
    #expect(!(try cloud.actions().contains("CreateDBInstance")))
  }
}
