import TestServers
import Testing

/// Specs of an account that was there before Holdfast, against the stand-in.
@Suite struct AWSImportTests {
  @Test func whatIsThereIsWrittenAndTheFirstPlanIsEmpty() async throws {
    let (cloud, repository) = try await account()
    let first = try repository.run("import", "aws", "--only", "o*", "--label", "team=orders")
    #expect(first.status == 0, "\(first)")
    #expect(first.stdout.contains("1 instance of aws in 3 files."), "\(first.stdout)")
    #expect(first.stdout.contains("The first plan is empty."), "\(first.stdout)")
    // The group that it shares with what was imported before is not written again.
    let rest = try repository.run("import", "aws")
    #expect(rest.status == 0, "\(rest)")
    #expect(rest.stdout.contains("skipped legacy: its engine is mysql"), "\(rest.stdout)")
    #expect(rest.stdout.contains("1 was declared already"), "\(rest.stdout)")
    #expect(!rest.stdout.contains("parameters/oltp.yaml"), "\(rest.stdout)")
    let plan = try repository.run("plan", "--detailed-exitcode")
    #expect(plan.status == 0 && plan.stdout.contains("No changes. 3 instances"), "\(plan)")
    let again = try repository.run("import", "aws")
    #expect(again.status == 0 && again.stdout.contains("Nothing to import"), "\(again)")
    #expect(try await cloud.validateRequests() == [])
    #expect(try cloud.problems().contains("[]"))
  }

  @Test func aListIsReadByPageAndNothingByInstance() async throws {
    let (cloud, repository) = try await account()
    let before = try cloud.actions().count
    let outcome = try repository.run("import", "aws", "--dry-run")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.stdout.hasPrefix("# specs/backup-policies/") && outcome.stdout.contains("\nname: orders\n"))
    #expect(!outcome.stdout.contains("The first plan") && outcome.stderr.contains("The first plan is empty."))
    let actions = try cloud.actions().dropFirst(before)
    #expect(actions.count <= 7, "\(actions)")
    #expect(try repository.run("validate").status != 0, "nothing was written")
  }

  @Test func aFileThatIsThereIsNeverOverwritten() async throws {
    let (cloud, repository) = try await account()
    try repository.directory.write("# mine\n", to: "specs/instances/orders.yaml")
    let outcome = try repository.run("import", "aws")
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.stderr.contains("specs/instances/orders.yaml exists already"), "\(outcome.stderr)")
    let files = try ChildProcess.check(["/usr/bin/find", repository.path + "/specs", "-type", "f"])
    #expect(files.split(separator: "\n").count == 2, "\(files)")
    let elsewhere = try repository.run("import", "aws", "--output", "found")
    #expect(elsewhere.status == 0, "\(elsewhere)")
    #expect(try cloud.problems().contains("[]"))
  }

  @Test func aPageThatFailsAndAnotherAccountAreErrors() async throws {
    let (cloud, repository) = try await account()
    try cloud.control("faults", #"{"kind": "access-denied", "action": "DescribeDBClusters", "times": 50}"#)
    let denied = try repository.run("import", "aws")
    #expect(denied.status == 1 && denied.stderr.contains("DescribeDBClusters"), "\(denied)")
    try repository.write(platform(account: "999999999999"), to: "platform.yaml")
    let other = try repository.run("import", "aws")
    #expect(other.status == 1 && other.stderr.contains("the credentials are of account"), "\(other)")
  }

  @Test func onlyPlatformsOfCloudsListWhatTheyRun() throws {
    let repository = try ServerRepository()
    try repository.write("kind: Platform\nname: far\ntype: server\n", to: "platform.yaml")
    let server = try repository.run("import", "far")
    #expect(server.status == 64 && server.stderr.contains("name one server: holdfast import far --host"), "\(server)")
    let unknown = try repository.run("import", "fra")
    #expect(unknown.status == 64 && unknown.stderr.contains("did you mean `far`?"), "\(unknown)")
  }

  private func platform(account: String = RDSStandIn.account) -> String {
    "kind: Platform\nname: aws\ntype: aws\nregion: \(RDSStandIn.region)\naccount: \(account)\n"
  }

  private func account() async throws -> (RDSStandIn, ServerRepository) {
    let cloud = try await RDSStandIn.start()
    var repository = try ServerRepository()
    repository.environment = cloud.environment
    try repository.write(platform(), to: "platform.yaml")
    try await cloud.run(script: try repository.directory.write(fleet, to: "fleet.py"))
    try cloud.control("finish")
    return (cloud, repository)
  }
}

private let fleet = """
  import boto3
  rds = boto3.client("rds")
  rds.create_db_parameter_group(DBParameterGroupName="oltp", DBParameterGroupFamily="postgres16", Description="oltp")
  rds.modify_db_parameter_group(DBParameterGroupName="oltp", Parameters=[
      {"ParameterName": "work_mem", "ParameterValue": "16384", "ApplyMethod": "immediate"},
      {"ParameterName": "shared_preload_libraries", "ParameterValue": "pg_stat_statements,auto_explain",
       "ApplyMethod": "pending-reboot"}])
  def instance(name, **more):
      rds.create_db_instance(**{**dict(
          DBInstanceIdentifier=name, DBInstanceClass="db.t4g.medium", Engine="postgres", EngineVersion="16.4",
          AllocatedStorage=100, StorageType="gp3", MasterUsername="dba", MasterUserPassword="not-a-secret"), **more})
  instance("orders", DBParameterGroupName="oltp", MultiAZ=True, DeletionProtection=True, BackupRetentionPeriod=7,
           PreferredBackupWindow="02:00-02:30", PreferredMaintenanceWindow="sun:03:00-sun:04:00",
           Tags=[{"Key": "team", "Value": "orders"}, {"Key": "cost center", "Value": "010"}])
  instance("reports", DBParameterGroupName="oltp", BackupRetentionPeriod=0, EnableCloudwatchLogsExports=["postgresql"])
  rds.create_db_instance(DBInstanceIdentifier="legacy", DBInstanceClass="db.t4g.medium", Engine="mysql",
                         AllocatedStorage=20, MasterUsername="dba", MasterUserPassword="not-a-secret")
  rds.create_db_cluster(DBClusterIdentifier="shop", Engine="aurora-postgresql", EngineVersion="15.10",
                        MasterUsername="dba", MasterUserPassword="not-a-secret",
                        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 8})
  for name in ["shop-1", "shop-2"]:
      rds.create_db_instance(DBInstanceIdentifier=name, DBInstanceClass="db.serverless", Engine="aurora-postgresql",
                             DBClusterIdentifier="shop")

  """
