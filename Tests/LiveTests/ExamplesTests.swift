import Glibc
import TestServers
import Testing

/// The examples, `init` and the quickstart as a stranger would use them: copied, with hosts, ports and paths put in.
@Suite(.serialized) struct ExamplesTests {
  @Test(arguments: ["github", "gitlab"]) func theScriptsOfCIDoTheirWork(example: String) async throws {
    let cluster = try await TestCluster.start(major: 15, settings: ["ssl": "off"])
    try _ = cluster.psql(
      """
      CREATE ROLE holdfast_plan LOGIN PASSWORD 'ci-word'; GRANT pg_read_all_settings, pg_monitor TO holdfast_plan;
      CREATE ROLE holdfast_apply SUPERUSER LOGIN PASSWORD 'ci-word';
      """)
    let copy = try ExampleCopy(example)
    try copy.replace("billing-db.example.net", with: "127.0.0.1", in: "specs/billing.yaml")
    try copy.replace("port: 5432", with: "port: \(cluster.port)", in: "specs/billing.yaml")
    try copy.replace("tls: require", with: "tls: disable", in: "specs/billing.yaml")
    try copy.replace("/var/lib/holdfast/journal", with: "\(copy.path)/journal", in: "holdfast.yaml")
    let password = ["BILLING_PASSWORD": "ci-word"]

    let planned = try copy.run("ci/plan", environment: password)
    #expect(planned.status == 0, "\(planned)")
    let page = try ChildProcess.check(["/bin/cat", "\(copy.path)/plan.md"])
    #expect(page.contains("billing_app"), "\(page)")
    #expect(!page.contains("ci-word"))
    let applied = try copy.run("ci/apply", environment: password)
    #expect(applied.status == 0, "\(applied)")
    let quiet = try copy.run("ci/nightly", environment: password)
    #expect(quiet.status == 0, "\(quiet)")

    try _ = cluster.psql("GRANT billing_owner TO billing_ro")
    let drifted = try copy.run("ci/nightly", environment: password)
    #expect(drifted.status == 2, "\(drifted)")
    #expect(drifted.stdout.contains("billing_ro became a member of billing_owner"), "\(drifted)")
    #expect(try copy.run("ci/plan", environment: password).status == 0)
    let refused = try copy.run("ci/apply", environment: password)
    #expect(refused.status == 3, "\(refused)")
    let allowed = password.merging(["HOLDFAST_ALLOW": "access-loss=instance/billing/access/role/billing_ro\n"]
    ) { $1 }
    #expect(try copy.run("ci/apply", environment: allowed).status == 0)
    // The plan that was reviewed is not the one for what the server has become.
    try _ = cluster.psql("GRANT billing_owner TO billing_ro")
    #expect(try copy.run("ci/plan", environment: password).status == 0)
    try _ = cluster.psql(
      "REVOKE billing_owner FROM billing_ro; GRANT billing_rw TO billing_ro; ALTER ROLE billing_ro LOGIN")
    let stale = try copy.run("ci/apply", environment: allowed)
    #expect(stale.status == 4 || stale.status == 0, "\(stale)")
    #expect(try copy.run("ci/nightly", environment: password).status == 2)
  }

  @Test func theTimersCommandsDoTheirWork() throws {
    let copy = try ExampleCopy("systemd")
    let port = try FreePort.next()
    let pg = try TemporaryDirectory(owner: .ofServers)
    try copy.replace("db1.example.net", with: "localhost", in: "specs/orders.yaml")
    if geteuid() != 0 { try copy.replace("run_as: postgres\n", with: "", in: "specs/orders.yaml") }
    try copy.replace("port: 5433", with: "port: \(port)", in: "specs/orders.yaml")
    try copy.replace("/srv/pg/orders", with: "\(pg.path)/orders", in: "specs/orders.yaml")
    try copy.replace("/backup/orders", with: "\(pg.path)/backup", in: "specs/orders.yaml")
    try copy.replace("/etc/holdfast/cipher", with: "\(copy.path)/cipher", in: "specs/orders.yaml")
    try copy.replace("/var/lib/holdfast/journal", with: "\(copy.path)/journal", in: "holdfast.yaml")
    try copy.directory.write("a long word for a cipher\n", to: "cipher")
    _ = try ChildProcess.check(["/bin/chmod", "600", "\(copy.path)/cipher"])
    let made = try copy.holdfast("apply", "--yes", "--allow", "create-instance=instance/orders")
    #expect(made.status == 0, "\(made)")
    let due = try copy.unit("holdfast-due")
    #expect(due.status == 0, "\(due)")
    let quiet = try copy.unit("holdfast-drift")
    #expect(quiet.status == 0, "\(quiet)")
    let psql = try #require(PostgresBinaries.directory(major: 15)) + "/psql"
    _ = try ChildProcess.check(
      [
        psql, "-Xqd", "orders", "-h", "\(pg.path)/orders.holdfast/sock", "-p", "\(port)", "-c",
        "GRANT orders_owner TO carol",
      ],
      runAs: .ofServers)
    #expect(try copy.unit("holdfast-due").status == 0, "what is due touches no drift")
    let drift = try copy.unit("holdfast-drift")
    #expect(drift.status == 2, "\(drift)")
    #expect(drift.stdout.contains("carol became a member of orders_owner"), "\(drift)")
  }

  @Test func whatInitWritesIsSoundAndPlans() throws {
    let directory = try TemporaryDirectory()
    let binary = try HoldfastBinary()
    #expect(try binary.run(["init", "new"], in: directory.path).status == 0)
    let new = directory.path + "/new"
    let validated = try binary.run(["validate"], in: new)
    #expect(validated.status == 0 && validated.stdout.hasPrefix("The specs are sound"), "\(validated)")
    let plan = try binary.run(["plan"], in: new)
    #expect(plan.status == 0 && plan.stdout.contains("on other hosts"), "\(plan)")
    #expect(try binary.run(["init", "new"], in: directory.path).status == 1, "it overwrites nothing")
  }

  /// Its own root and port, so that nobody's quickstart is in its way.
  @Test func theQuickstartRuns() throws {
    let copy = try ExampleCopy(nil)
    let root = try TemporaryDirectory()
    let port = try FreePort.next()
    for file in ["specs/shop.yaml", "specs/access.yaml"] {
      try copy.replace("/var/tmp/holdfast-quickstart", with: "\(root.path)/q", in: file)
    }
    try copy.replace("port: 54329", with: "port: \(port)", in: "specs/shop.yaml")
    let environment = [
      "HOLDFAST_BIN": try HoldfastBinary().path, "HOLDFAST_QUICKSTART_ROOT": "\(root.path)/q",
      "HOLDFAST_QUICKSTART_PORT": "\(port)",
    ]
    let outcome = try copy.run("scripts/quickstart", environment: environment, timeoutSeconds: 150)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.stdout.contains("Done. Everything lies in \(root.path)/q"), "\(outcome)")
    let removed = try copy.run("scripts/quickstart", "--remove", environment: environment)
    #expect(removed.stdout == "Removed \(root.path)/q.\n", "\(removed)")
    #expect(access("\(root.path)/q", F_OK) != 0)
  }

  @Test func theSpecsOfAWSAreSound() throws {
    let outcome = try ExampleCopy("aws").holdfast("validate")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.stdout.contains("4 instances"), "\(outcome)")
  }

  /// The account of production and its vault, by the scripts of CI: made, quiet, and looked after at night.
  @Test func theAccountsOfAWSAreMadeAndLookedAfter() async throws {
    let cloud = try await RDSStandIn.start()
    let copy = try ExampleCopy("aws")
    try copy.replace("222222222222", with: RDSStandIn.account, in: "specs/production/platform.yaml")
    try copy.replace("/var/lib/holdfast/journal", with: "\(copy.path)/journal", in: "holdfast.yaml")
    // The stand-in has no server to log in to.
    try copy.drop(from: "\nconnect:", to: "\nparameters:", in: "specs/production/orders.yaml")
    try copy.drop(from: "\ndatabases:", to: "\n---", in: "specs/production/orders.yaml")
    try copy.directory.write(Self.surroundings, to: "surroundings.py")
    try await cloud.run(script: "\(copy.path)/surroundings.py")

    let first = try copy.run("ci/plan", "production", "first.json", environment: cloud.environment)
    #expect(first.status == 1 && first.stderr.contains("there is no instance `orders-production`"), "\(first)")
    let made = ["orders", "ledger"].map { "create-instance=instance/\($0)" }.joined(separator: "\n")
    let apply = { (plan: String, allowed: String) in
      try copy.run("ci/apply", plan, environment: cloud.environment.merging(["HOLDFAST_ALLOW": allowed]) { $1 })
    }
    // The read replica is left for when what it replicates is there.
    let applied = try apply("first.json", made)
    #expect(applied.status == 6 && applied.stdout.contains("2 of 3 instances done"), "\(applied)")
    let second = try copy.run("ci/plan", "production", "second.json", environment: cloud.environment)
    #expect(second.status == 0, "\(second)")
    let replica = try apply("second.json", "create-instance=instance/orders-reports")
    #expect(replica.status == 0, "\(replica)")
    let quiet = try copy.run("ci/nightly", "production", environment: cloud.environment)
    #expect(quiet.status == 0 && quiet.stdout.contains("Nothing is due in 3 instances."), "\(quiet)")

    try await cloud.run(script: "\(copy.path)/surroundings.py", arguments: ["old"])
    let night = try copy.run("ci/nightly", "production", environment: cloud.environment)
    #expect(night.status == 0 && night.stdout.contains("the copy of holdfast-ledger-20200101000000"), "\(night)")
    try await cloud.run(script: "\(copy.path)/surroundings.py", arguments: ["kept"])
    #expect(try await cloud.validateRequests() == [])
    #expect(try cloud.problems().contains("[]"))
  }

  /// What the specs name and don't make; and a copy of the ledger that is older than anybody wants to keep.
  private static let surroundings = """
    import sys
    import time
    import boto3
    rds, ec2 = boto3.client('rds'), boto3.client('ec2')
    keys = boto3.client('sts').assume_role(
        RoleArn='arn:aws:iam::333333333333:role/holdfast-vault', RoleSessionName='test')['Credentials']
    def there(service):
        return boto3.client(service, aws_access_key_id=keys['AccessKeyId'],
            aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
    def finished(account):
        while account.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=old)['DBClusterSnapshots'][0]['Status'] != 'available':
            time.sleep(0.2)
    old = 'holdfast-ledger-20200101000000'
    if sys.argv[1:] == ['old']:
        made = rds.create_db_cluster_snapshot(DBClusterIdentifier='ledger', DBClusterSnapshotIdentifier=old)
        finished(rds)
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=old, AttributeName='restore', ValuesToAdd=['333333333333'])
        there('rds').copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=made['DBClusterSnapshot']['DBClusterSnapshotArn'],
            TargetDBClusterSnapshotIdentifier=old, KmsKeyId='alias/holdfast-vault')
        finished(there('rds'))
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=old)
    elif sys.argv[1:] == ['kept']:
        found = there('rds').describe_db_cluster_snapshots(SnapshotType='manual')['DBClusterSnapshots']
        names = [one['DBClusterSnapshotIdentifier'] for one in found]
        assert len(names) == 1 and old not in names, names
    else:
        vpc = ec2.create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f'10.0.{zone}.0/24', AvailabilityZone='eu-west-1' + 'ab'[zone])
            for zone in (0, 1)]
        rds.create_db_subnet_group(
            DBSubnetGroupName='private', DBSubnetGroupDescription='inside',
            SubnetIds=[one['Subnet']['SubnetId'] for one in subnets])
        for kms, alias in ((boto3.client('kms'), 'alias/ledger'), (there('kms'), 'alias/holdfast-vault')):
            kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()['KeyMetadata']['KeyId'])

    """

  @Test func theWorkflowsAreYAML() throws {
    // A mapping with the keys that GitHub and GitLab look for; the program's own reader takes no merge keys or tags.
    let github = try ExampleCopy("github")
    let workflow = try ChildProcess.check(["/bin/cat", "\(github.path)/.github/workflows/holdfast.yml"])
    for script in ["ci/plan", "ci/apply", "ci/nightly"] { #expect(workflow.contains(script)) }
    #expect(try github.readError(of: ".github/workflows/holdfast.yml").contains("error[YAML") == false)
    let aws = try ExampleCopy("aws")
    #expect(try aws.readError(of: ".github/workflows/holdfast.yml").contains("error[YAML") == false)
    let gitlab = try ExampleCopy("gitlab")
    #expect(try gitlab.readError(of: ".gitlab-ci.yml").contains("error[YAML") == false)
  }
}

/// A copy of an example, or of what the quickstart needs of the checkout, where its texts may be changed.
private struct ExampleCopy {
  let directory: TemporaryDirectory
  var path: String { directory.path }
  private let binary: HoldfastBinary

  init(_ example: String?) throws {
    directory = try TemporaryDirectory()
    binary = try HoldfastBinary()
    let checkout = #filePath.prefix(
      upTo: try #require(#filePath.firstRange(of: "/Tests/LiveTests")).lowerBound)
    let sources = example.map { ["examples/\($0)/."] } ?? ["scripts", "specs", "holdfast.yaml"]
    for source in sources { _ = try ChildProcess.check(["/bin/cp", "-a", "\(checkout)/\(source)", path]) }
    _ = try ChildProcess.check(["/bin/mkdir", "-p", "\(path)/bin"])
    _ = try ChildProcess.check(["/bin/ln", "-s", binary.path, "\(path)/bin/holdfast"])
  }

  /// Replaces a text that has to be there.
  func replace(_ text: String, with new: String, in file: String) throws {
    let old = try ChildProcess.check(["/bin/cat", "\(path)/\(file)"])
    try #require(old.contains(text), "\(file) has no \(text)")
    try directory.write(old.replacing(text, with: new), to: file)
  }

  /// Takes out a text from its beginning to the text that follows it.
  func drop(from first: String, to end: String, in file: String) throws {
    let old = try ChildProcess.check(["/bin/cat", "\(path)/\(file)"])
    let begin = try #require(old.firstRange(of: first)).lowerBound
    let rest = try #require(old[begin...].firstRange(of: end)).lowerBound
    try directory.write(String(old[..<begin] + old[rest...]), to: file)
  }

  func holdfast(_ arguments: String...) throws -> Outcome {
    try binary.run(arguments, in: path, timeoutSeconds: 120)
  }

  /// What the program's reader says of a YAML file that holds no specs.
  func readError(of file: String) throws -> String { try holdfast("validate", "-f", file).stderr }

  /// Runs a script of the example as CI does, with the program in PATH.
  func run(_ command: String..., environment: [String: String] = [:], timeoutSeconds: Int = 60) throws
    -> Outcome
  {
    try ChildProcess.run(
      ["\(path)/\(command[0])"] + command.dropFirst(), in: path, environment: complete(environment),
      timeoutSeconds: timeoutSeconds)
  }

  /// Runs what a service's `ExecStart` says.
  func unit(_ name: String) throws -> Outcome {
    let unit = try ChildProcess.check(["/bin/cat", "\(path)/units/\(name).service"])
    let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    let words = line.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
    #expect(words.first == "/usr/local/bin/holdfast")
    return try binary.run(Array(words.dropFirst()), in: path, timeoutSeconds: 120)
  }

  private func complete(_ more: [String: String]) -> [String: String] {
    var environment = ChildProcess.environment.merging(more) { $1 }
    environment["PATH"] = "\(path)/bin:\(environment["PATH"] ?? "")"
    environment["HOME"] = path
    return environment.merging(["CI": "true"]) { given, _ in given }
  }
}
