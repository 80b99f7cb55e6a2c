import Diagnostics
import Model
import SpecText
import Testing

/// The example of the language's own description, without what this version refuses.
let wholeExample = """
  kind: Platform
  name: db1
  type: local
  hostname: db1.example.net
  run_as: postgres
  ---
  kind: Instance
  name: orders
  platform: db1
  engine: postgres
  version: 15
  state: running
  local: { port: 5433, data_directory: /srv/pg/orders, locale: C.UTF-8 }
  databases:
    orders:
      owner: orders_owner
      extensions: [pgcrypto]
      schemas: { app: { owner: orders_owner } }
  parameters: [oltp, orders-tuning]
  backup: tier-1
  access: [orders-access]
  labels: { team: orders, tier: 1 }
  protect: true
  ---
  kind: Parameters
  name: oltp
  engine: postgres
  values:
    work_mem: 64MB
    log_min_duration_statement: 500ms
    shared_preload_libraries: [pg_stat_statements]
  ---
  kind: Parameters
  name: orders-tuning
  values: { work_mem: 32MB, jit: no }
  ---
  kind: BackupPolicy
  name: tier-1
  retain: 35d
  full: { every: 7d, max_age: 8d }
  incremental: { every: 1d, max_age: 30h }
  point_in_time: true
  local: { repository: /backup/orders, cipher: { file: "/etc/holdfast/${instance}" } }
  ---
  kind: Access
  name: orders-access
  databases: [orders]
  roles:
    orders_owner: {}
    orders_rw: {}
    orders_ro: {}
    orders_app:
      login: true
      password: { env: ORDERS_APP_PASSWORD }
      member_of: [orders_rw]
      connection_limit: 50
      settings: { statement_timeout: 30s }
    alice: { login: true, member_of: [orders_ro], expires: 2027-01-31 }
    contractor_bob: { state: absent, reassign_to: orders_owner }
  profiles:
    readwrite:
      schema: [usage]
      tables: [select, insert, update, delete]
      sequences: [usage]
  grants:
    - to: [orders_rw, orders_ro]
      database: orders
      privileges: [connect]
    - to: orders_rw
      in: orders.app
      profile: readwrite
      default_privileges_of: [orders_owner]
    - to: orders_ro
      in: orders.app
      schema: [usage]
      tables: [select]
      default_privileges_of: [orders_owner]
    - to: orders_ro
      in: orders.app
      table: { payments: [all] }
  """

@Test func theWholeExampleIsRead() throws {
  let (desired, diagnostics) = read(
    wholeExample, root: "language: 1\njournal: { directory: /var/lib/holdfast/journal }\n")
  #expect(diagnostics.isEmpty)
  #expect(desired.journalDirectory == "/var/lib/holdfast/journal")
  let instance = try #require(desired.instances.first)
  #expect(desired.instances.count == 1)
  #expect(instance == expectedInstance())
}

@Test func theSourceMapFindsWhatAPlanPointsTo() {
  let sources = read(wholeExample).desired.sources
  func line(_ address: String) -> Int? { Address(address).flatMap { sources.location(of: $0)?.line } }
  #expect(line("instance/orders") == 8)
  #expect(line("instance/orders/backup") == 20)
  #expect(line("instance/orders/database/orders/schema/app/tables") == 18)
  #expect(line("instance/orders/database/orders/extension/pgcrypto") == 17)
  #expect(line("instance/orders/parameter/work_mem") == 35)
  #expect(line("instance/orders/parameter/log_min_duration_statement") == 30)
  #expect(line("instance/orders/access/role/orders_app/member-of/orders_rw") == 55)
  #expect(line("instance/orders/access/role/orders_app/setting/statement_timeout") == 57)
  #expect(line("instance/orders/access/role/alice") == 58)
  #expect(line("access/orders-access/grant/2") == 69)
  #expect(line("instance/nothing") == nil)
}

private func expectedInstance() -> DesiredInstance {
  var instance = DesiredInstance(
    name: "orders",
    platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1.example.net", runAs: "postgres")))
  instance.version = VersionConstraint("15")
  instance.state = .running
  var local = LocalSettings(port: 5433, dataDirectory: "/srv/pg/orders")
  local.locale = "C.UTF-8"
  instance.local = local
  var database = DesiredDatabase()
  database.owner = "orders_owner"
  database.extensions = ["pgcrypto"]
  database.schemas = ["app": DesiredSchema(owner: "orders_owner")]
  instance.databases = ["orders": database]
  let (oltp, tuning) = (Address(["parameters", "oltp"]), Address(["parameters", "orders-tuning"]))
  instance.parameters.values = [
    "work_mem": DesiredParameter(value: .scalar("32MB"), document: tuning),
    "jit": DesiredParameter(value: .scalar("no"), document: tuning),
    "log_min_duration_statement": DesiredParameter(value: .scalar("500ms"), document: oltp),
    "shared_preload_libraries": DesiredParameter(value: .list(["pg_stat_statements"]), document: oltp),
  ]
  instance.backup = expectedBackup()
  instance.access = expectedAccess()
  instance.labels = ["team": "orders", "tier": "1"]
  instance.protect = true
  return instance
}

private func expectedBackup() -> DesiredBackup {
  let (hour, day) = (3600, 86_400)
  var backup = DesiredBackup(
    policy: "tier-1",
    configuration: BackupConfiguration(
      repository: "/backup/orders", retain: TimeSpan(seconds: 35 * day),
      cipher: .file(path: "/etc/holdfast/orders"),
      pointInTime: true))
  backup.cadences = [
    .full: .init(every: TimeSpan(seconds: 7 * day), maxAge: TimeSpan(seconds: 8 * day)),
    .incremental: .init(every: TimeSpan(seconds: day), maxAge: TimeSpan(seconds: 30 * hour)),
  ]
  return backup
}

private func expectedAccess() -> DesiredAccess {
  let document = Address(["access", "orders-access"])
  let plain = DesiredRole(document: document)
  var (app, alice, bob) = (plain, plain, plain)
  app.attributes.login = true
  app.attributes.connectionLimit = 50
  app.password = .kept(.environment(variable: "ORDERS_APP_PASSWORD"))
  app.memberOf = [DesiredMembership(role: "orders_rw")]
  app.settings = ["statement_timeout": "30s"]
  alice.attributes.login = true
  alice.memberOf = [DesiredMembership(role: "orders_ro")]
  alice.expires = CivilDate("2027-01-31")?.end
  bob.state = .absent(reassignTo: "orders_owner")
  var access = DesiredAccess()
  access.databases = ["orders"]
  access.roles = [
    "orders_owner": plain, "orders_rw": plain, "orders_ro": plain, "orders_app": app, "alice": alice,
    "contractor_bob": bob,
  ]
  access.rules = expectedRules(document)
  return access
}

private func expectedRules(_ document: Address) -> [GrantRule] {
  func rule(_ number: Int, _ grantees: [String], _ items: [GrantItem], defaults: [String] = []) -> GrantRule {
    GrantRule(
      grantees: grantees.map { .role($0) }, databases: ["orders"], items: items,
      defaultPrivilegesOf: defaults,
      mode: .authoritative, address: document.appending("grant", "\(number)"))
  }
  let usage = GrantItem(selector: .schema("app"), privileges: .some(.usage))
  return [
    rule(1, ["orders_rw", "orders_ro"], [GrantItem(selector: .database, privileges: .some(.connect))]),
    rule(
      2, ["orders_rw"],
      [
        usage,
        GrantItem(
          selector: .all(.table, schema: "app"), privileges: .some([.select, .insert, .update, .delete])),
        GrantItem(selector: .all(.sequence, schema: "app"), privileges: .some(.usage)),
      ], defaults: ["orders_owner"]),
    rule(
      3, ["orders_ro"],
      [usage, GrantItem(selector: .all(.table, schema: "app"), privileges: .some(.select))],
      defaults: ["orders_owner"]),
    rule(
      4, ["orders_ro"],
      [GrantItem(selector: .named(ObjectID(kind: .table, schema: "app", name: "payments")), privileges: .all)]
    ),
  ]
}
