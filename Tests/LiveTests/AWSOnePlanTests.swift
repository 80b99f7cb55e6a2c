import TestServers
import Testing

/// An instance and what lies inside it come from nothing by one plan, as its master user and with its endpoint.
@Suite struct AWSOnePlanTests {
  private static let word = "4dmin-und-Wort"

  private func master(_ server: TestCluster, password: String = "{ env: ADMIN_PASSWORD }") -> String {
    """
      connect: { user: dba, password: { env: ADMIN_PASSWORD }, tls: disable }
      databases: { orders: { owner: orders_owner, schemas: { app: { owner: orders_owner } } } }
      access: [orders]
    """.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n")
  }

  private func instance(_ server: TestCluster, version: String? = nil, _ more: String = "") -> String {
    """
    ---
    kind: Instance
    name: orders
    platform: aws
    engine: postgres
    version: \(version ?? "\(server.major)")
    \(master(server))
    parameters: [orders]
    \(more)
    aws:
      class: db.t4g.medium
      storage: { size: 20 }
      port: \(server.port)
      master: { user: dba, password: { env: ADMIN_PASSWORD } }

    """
  }

  private func cluster(_ server: TestCluster) -> String {
    """
    ---
    kind: Instance
    name: orders
    platform: aws
    engine: postgres
    version: \(server.major)
    \(master(server))
    parameters: [orders]
    members: { orders-1: { class: db.r6g.large }, orders-2: { class: db.serverless } }
    aws:
      port: \(server.port)
      serverless: { min: 0.5, max: 4 }
      master: { user: dba, password: { env: ADMIN_PASSWORD } }

    """
  }

  private let access = """
    ---
    kind: Parameters
    name: orders
    engine: postgres
    values: { work_mem: 64MB }
    ---
    kind: Access
    name: orders
    databases: [orders]
    roles:
      dba: { login: true, create_role: true, create_database: true, member_of: [rds_superuser, orders_owner] }
      orders_owner: {}
      orders_rw: {}
      orders_app:
        login: true
        password: { env: APP_PASSWORD }
        member_of: [orders_rw]
        settings: { statement_timeout: 30s }
    grants:
      - { to: orders_rw, database: orders, privileges: [connect] }
      - { to: orders_rw, in: orders.app, schema: [usage], tables: [select], default_privileges_of: [orders_owner] }

    """

  /// A server as RDS hands a new one over.
  private func fresh(_ major: Int) async throws -> TestCluster {
    let server = try await TestCluster.start(major: major)
    _ = try server.psql(
      """
      CREATE ROLE rdsadmin SUPERUSER LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;
      CREATE ROLE rds_superuser; CREATE ROLE rds_password; CREATE ROLE rds_replication; CREATE ROLE rds_iam;
      CREATE ROLE rds_ad; CREATE ROLE rdsrepladmin;
      GRANT pg_monitor, pg_signal_backend, rds_password, rds_replication TO rds_superuser WITH ADMIN OPTION;
      CREATE ROLE dba LOGIN CREATEDB CREATEROLE PASSWORD '\(Self.word)';
      GRANT rds_superuser TO dba;
      ALTER DATABASE postgres OWNER TO dba; ALTER DATABASE template1 OWNER TO dba;
      """)
    _ = try server.psql("CREATE DATABASE rdsadmin OWNER rdsadmin")
    _ = try server.psql("REVOKE ALL ON DATABASE rdsadmin FROM PUBLIC")
    return server
  }

  private func repository(_ cloud: RDSStandIn, _ specs: String) throws -> AWSRepository {
    var live = try AWSRepository(cloud, specs + access)
    live.repository.environment["ADMIN_PASSWORD"] = Self.word
    live.repository.environment["APP_PASSWORD"] = "Anw3ndung-und-Wort"
    return live
  }

  private func roles(_ server: TestCluster) throws -> String {
    try server.psql("SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'orders%'")
  }

  @Test(arguments: [15, 16]) func anInstanceAndWhatLiesInsideAreMadeByOnePlan(_ major: Int) async throws {
    let cloud = try await RDSStandIn.start()
    let server = try await fresh(major)
    let live = try repository(cloud, instance(server))
    let plan = try live.run("plan", "--verbose")
    #expect(plan.contains("orders_app") && !plan.contains("plan again"), "\(plan)")
    #expect(!plan.contains("127.0.0.1"), "a step names an endpoint")
    try live.apply(allowing: ["create-instance", "secret-in-server-log"])
    try live.converged()
    #expect(try roles(server) == "orders_app orders_owner orders_rw")
    #expect(try server.psql("SELECT has_schema_privilege('orders_app', 'app', 'USAGE')", database: "orders") == "t")
    #expect(try server.psql("SELECT count(*) FROM pg_default_acl", database: "orders") == "1")
    try insideComesAndGoes(live, server)
    try await live.expectSoundTalk()
  }

  private func insideComesAndGoes(_ live: AWSRepository, _ server: TestCluster) throws {
    let revert = try live.run(
      "revert", try live.repository.newestRun(), "--yes", "--allow", "access-loss", "--allow", "data-loss",
      "--allow", "parameter-reset")
    #expect(revert.contains("an instance is never dropped by a revert"), "\(revert)")
    #expect(try roles(server) == "orders_owner", "what owns the database stays")
    try live.apply(allowing: ["secret-in-server-log"])
    try live.converged()
  }

  @Test func aClusterToo() async throws {
    let cloud = try await RDSStandIn.start()
    let server = try await fresh(16)
    let live = try repository(cloud, cluster(server))
    try live.apply(allowing: ["create-instance", "secret-in-server-log"])
    try live.converged()
    #expect(try roles(server) == "orders_app orders_owner orders_rw")
    try await live.expectSoundTalk()
  }

  /// What was assumed is looked at before anything is done inside.
  @Test func whatIsNotAsAssumedStopsTheRun() async throws {
    let cloud = try await RDSStandIn.start()
    let server = try await fresh(16)
    _ = try server.psql("SET SESSION AUTHORIZATION dba; CREATE ROLE orders_rw")
    let live = try repository(cloud, instance(server))
    let (_, run) = try live.apply(allowing: ["create-instance", "secret-in-server-log"], exits: 6)
    #expect(run.contains("the new instance is not what the plan assumed"), "\(run)")
    #expect(run.contains("role/orders_rw"), "\(run)")
    #expect(try roles(server) == "orders_rw")
    try live.apply(allowing: ["secret-in-server-log"])
    try live.converged()
  }

  @Test func whatCanNotBeAssumedIsPlannedAfterwards() async throws {
    let cloud = try await RDSStandIn.start()
    let server = try await fresh(16)
    try await repository(cloud, instance(server)).elsewhere(
      """
      rds.create_db_instance(DBInstanceIdentifier='sales', DBInstanceClass='db.t4g.medium', Engine='postgres',
          EngineVersion='16.4', AllocatedStorage=20, MasterUsername='dba', MasterUserPassword='a-long-secret',
          BackupRetentionPeriod=7)
      rds.get_waiter('db_instance_available').wait(DBInstanceIdentifier='sales', WaiterConfig={'Delay': 1})
      """)
    let managed = instance(server).replacing(
      "master: { user: dba, password: { env: ADMIN_PASSWORD } }", with: "master: { user: dba, managed_password: true }")
    for (specs, reason) in [
      (managed, "RDS makes the password of `dba` along with the instance"),
      (instance(server, version: "\">=16\""), "`version` leaves it open which major version is made"),
      (
        instance(server, "restore_from: { instance: sales, at: latest }"),
        "brings the roles and databases of its source"
      ),
    ] {
      let live = try repository(cloud, specs)
      let plan = try live.repository.run("plan")
      #expect(unwrapped(plan.stdout).contains(reason) && !plan.stdout.contains("orders_app"), "\(plan)")
    }
  }
}
