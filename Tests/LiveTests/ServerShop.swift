import TestServers
import Testing

/// A server with nothing on it but an administrator, and a realistic repository that asks for all that a server can have.
struct ShopServer {
  let cluster: TestCluster
  var repository: ServerRepository

  init(major: Int) async throws {
    cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE ROLE admin SUPERUSER LOGIN PASSWORD 'admin''s word'")
    repository = try ServerRepository()
    repository.environment = ["ADMIN_PASSWORD": "admin's word", "APP_PASSWORD": "app secret"]
    try repository.directory.write("nightly ' \\ word\n", to: "secrets/batch")
    _ = try ChildProcess.check(["/bin/chmod", "600", "\(repository.path)/secrets/batch"])
    try repository.write(instance, to: "shop.yaml")
    try repository.write(parameters, to: "parameters.yaml")
    try repository.write(Self.access(batchPassword: "\(repository.path)/secrets/batch"), to: "access.yaml")
  }

  func psql(_ sql: String, in database: String = "postgres") throws -> String {
    try cluster.psql(sql, database: database)
  }

  /// What the application brings: after the first apply, so that only default privileges can have covered it.
  func makeObjects() throws {
    try _ = psql(
      """
      SET ROLE shop_owner;
      CREATE TABLE app.payments (id serial PRIMARY KEY, amount numeric);
      CREATE FUNCTION app.total() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE TABLE audit.events (id int);
      """, in: "shop")
  }

  /// The password works over TCP, where the server asks for it.
  func expectLogin(_ role: String, _ password: String, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let binaries = try #require(PostgresBinaries.directory(major: cluster.major))
    let environment = ChildProcess.environment.merging(["PGPASSWORD": password]) { $1 }
    let outcome = try ChildProcess.run(
      [
        "\(binaries)/psql", "-XAtqw", "-h", "127.0.0.1", "-p", "\(cluster.port)", "-U", role, "-d", "shop",
        "-c",
        "SELECT current_user",
      ], environment: environment)
    #expect(outcome.stdout == role + "\n", "\(outcome)", sourceLocation: sourceLocation)
  }

  private var instance: String {
    """
    kind: Platform
    name: servers
    type: server
    ---
    kind: Instance
    name: shop
    platform: servers
    engine: postgres
    version: ">=\(cluster.major)"
    connect:
      host: 127.0.0.1
      port: \(cluster.port)
      user: admin
      password: { env: ADMIN_PASSWORD }
    databases:
      shop:
        owner: shop_owner
        schemas:
          app: { owner: shop_owner }
          audit: { owner: shop_owner }
      reports: { owner: shop_owner }
    parameters: [common, tuning]
    access: [shop-access, audit-access]
    labels: { team: shop, tier: 1 }
    """
  }

  private var parameters: String {
    """
    kind: Parameters
    name: common
    engine: postgres
    values:
      work_mem: 16MB
      log_min_duration_statement: 500ms
    ---
    kind: Parameters
    name: tuning
    engine: postgres
    values:
      work_mem: 64MB
      max_connections: 77
    """
  }

  private static func access(batchPassword: String) -> String {
    """
    kind: Access
    name: shop-access
    databases: [shop, reports]
    roles:
      shop_owner: {}
      shop_rw: {}
      shop_ro: {}
      shop_app:
        login: true
        password: { env: APP_PASSWORD }
        member_of: [shop_rw]
        connection_limit: 40
        settings: { statement_timeout: 30s }
      shop_batch:
        login: true
        password: { file: \(batchPassword) }
        member_of: [shop_rw]
        comment: Nightly jobs
      alice: { login: true, member_of: [shop_ro], expires: 2035-01-31 }
    profiles:
      readwrite:
        schema: [usage]
        tables: [select, insert, update, delete]
        sequences: [usage]
        functions: [execute]
    grants:
      - to: [shop_rw, shop_ro]
        database: shop
        privileges: [connect]
      - to: shop_rw
        in: shop.app
        profile: readwrite
        default_privileges_of: [shop_owner]
      - to: shop_ro
        in: shop.app
        schema: [usage]
        tables: [select]
        default_privileges_of: [shop_owner]
    ---
    kind: Access
    name: audit-access
    databases: [shop]
    roles:
      auditor: { login: true }
    grants:
      - to: auditor
        in: shop.audit
        schema: [usage]
        tables: [select]
        default_privileges_of: [shop_owner]
    """
  }
}
