import Diagnostics
import Model
import Planner
import SQL

/// Hand-made plans, as the planner makes them.
func plan(
  _ instances: [InstancePlan], notPlanned: [NotPlanned] = [], released: [String] = [], dueOnly: Bool = false,
  scope: [String] = [], origin: Plan.Origin = .specs, deferRestart: Bool = false
) -> Plan {
  Plan(
    toolVersion: "0.1.0", createdAt: Timestamp(seconds: 1_795_352_591), origin: origin,
    specs: SpecsIdentity(digest: "9f86d081884c7d65", commit: "4f2a1b9c0d3e", isDirty: false),
    dueOnly: dueOnly,
    deferRestart: deferRestart, scope: scope, instances: instances, notPlanned: notPlanned, released: released
  )
}

func instance(
  _ name: String = "orders", changes: [Change] = [], steps: [Step] = [], alarms: [Alarm] = [],
  pending: [Pending] = [],
  notes: [Note] = [], effects: [Effect] = []
) -> InstancePlan {
  InstancePlan(
    instance: name, summary: "PostgreSQL 15.20 on db1 (local)", systemIdentifier: "7423456789012345678",
    changes: changes,
    steps: steps, alarms: alarms, pending: pending, notes: notes, effects: effects)
}

func step(
  _ id: Int, _ phase: Phase, _ title: String, _ operations: [Operation] = [], makes: [Int],
  hazards: [Hazard] = [],
  timing: Timing = .now, reverse: Reverse = .exact(operations: [])
) -> Step {
  Step(
    id: id, phase: phase, title: title, work: Work(edits: [], operations: operations), makes: makes,
    needs: id > 1 ? [id - 1] : [], expects: [], achieves: [], deadlineSeconds: 30, hazards: hazards,
    timing: timing,
    reverse: reverse)
}

func change(
  _ path: [String], _ action: Change.Action, _ facts: [FactChange], line: Int? = nil,
  file: String = "specs/orders.yaml",
  reason: String? = nil, in name: String = "orders"
) -> Change {
  Change(
    address: Address(["instance", name] + path), action: action, facts: facts,
    source: line.map { SourceLocation(file: file, line: $0, column: 3) }, reason: reason)
}

func privileges(
  _ names: [String], schema: String = "app", to role: String, from before: String?, to after: String?,
  line: Int? = 40,
  grantor: String = "orders_owner", reason: String? = nil, in name: String = "orders"
) -> Change {
  let group = ObjectGroup(database: "orders", kind: .table, schema: schema, names: names)
  let key = FactKey.privileges(on: group, grantee: .role(role), grantor: grantor)
  let action: Change.Action = after == nil || (before?.count ?? 0) > (after?.count ?? 0) ? .remove : .add
  return Change(
    address: key.address(in: name), action: action, facts: [FactChange(key, from: before, to: after)],
    source: line.map { SourceLocation(file: "specs/access.yaml", line: $0, column: 5) }, reason: reason)
}

func parameter(
  _ name: String, from before: String?, to after: String?, running: (String, String)? = nil, line: Int? = 12,
  reason: String? = nil, in instance: String = "orders"
) -> Change {
  var facts = [FactChange(.layerParameter(name: name), from: before, to: after)]
  if let running { facts.append(FactChange(.runningParameter(name: name), from: running.0, to: running.1)) }
  let action: Change.Action = after == nil ? .remove : before == nil ? .add : .change
  return change(
    ["parameter", name], action, facts, line: line, file: "specs/oltp.yaml", reason: reason, in: instance)
}

func sql(_ database: String, _ statements: [SQLText], isTransaction: Bool = true) -> Operation {
  .sql(
    batch: SQLBatch(
      database: database, isTransaction: isTransaction, statements: statements.map { .text($0) }))
}

let orders = Address.instance("orders")

/// Parameters of which one needs a restart.
func restartPlan() -> InstancePlan {
  let file = Operation.file(
    .write(
      path: "/srv/pg/orders/holdfast.conf",
      parts: [.literal("shared_buffers = '256MB'\nwork_mem = '64MB'\n")], mode: "0600", owner: "postgres"))
  let restart = Operation.command(
    Command(
      program: .pgCtl, binaries: "/usr/lib/postgresql/15/bin",
      arguments: ["-D", "/srv/pg/orders", "-m", "fast", "restart"],
      runAs: "postgres", workingDirectory: "/", timeoutSeconds: 90))
  let buffers = FactChange(.runningParameter(name: "shared_buffers"), from: "16384", to: "32768")
  return instance(
    changes: [
      parameter("log_statement", from: "ddl", to: nil, line: nil, reason: "no document declares it"),
      parameter("shared_buffers", from: "128MB", to: "256MB", line: 14),
      parameter("work_mem", from: nil, to: "64MB", running: ("4096", "65536")),
      change([], .run, [], reason: "the server reads its configuration files again"),
      change([], .run, [buffers], reason: "shared_buffers can only change at a restart"),
    ],
    steps: [
      step(
        1, .parameters, "write parameters",
        [file, sql("postgres", ["SELECT pg_reload_conf()"], isTransaction: false)],
        makes: [0, 1, 2, 3],
        hazards: [
          Hazard(
            .parameterReset, orders.appending("parameter", "log_statement"),
            "log_statement goes back to the value that other files give it")
        ], timing: .nextRestart),
      step(
        2, .restart, "restart the server", [restart], makes: [4],
        hazards: [Hazard(.restart, orders, "shared_buffers: 12 client connections are cut")],
        timing: .nowWithRestart),
    ])
}

/// An instance that does not exist yet.
func createPlan() -> InstancePlan {
  var plan = instance(
    changes: [
      change(
        [], .add,
        [FactChange(.exists, from: nil, to: "present"), FactChange(.majorVersion, from: nil, to: "15")],
        line: 3),
      change(
        ["backup"], .add, [FactChange(.backupFile, from: nil, to: "matches")], line: 20),
      change(
        [], .change, [FactChange(.presence, from: "stopped", to: "running")], line: 3, reason: "it is created"
      ),
      change(
        ["access", "role", "orders_app"], .add,
        [
          FactChange(.role(name: "orders_app"), from: nil, to: "present"),
          FactChange(.roleAttribute(role: "orders_app", field: .login), from: nil, to: "yes"),
          FactChange(.roleAttribute(role: "orders_app", field: .connectionLimit), from: nil, to: "50"),
          FactChange(.rolePassword(role: "orders_app"), from: nil, to: "as env ORDERS_APP_PASSWORD"),
        ], line: 9, file: "specs/access.yaml"),
      change(
        ["access", "role", "orders_rw"], .add,
        [FactChange(.role(name: "orders_rw"), from: nil, to: "present")], line: 6,
        file: "specs/access.yaml"),
      change(
        ["access", "role", "orders_app", "member-of", "orders_rw"], .add,
        [FactChange(.membership(role: "orders_rw", member: "orders_app"), from: nil, to: "member")], line: 9,
        file: "specs/access.yaml"),
      change(
        ["access", "role", "orders_app", "setting", "statement_timeout"], .add,
        [
          FactChange(
            .setting(scope: SettingScope(role: "orders_app"), name: "statement_timeout"), from: nil, to: "30s"
          )
        ],
        line: 13, file: "specs/access.yaml"),
      change(
        ["database", "orders"], .add,
        [
          FactChange(.database(name: "orders"), from: nil, to: "present"),
          FactChange(.databaseOwner(name: "orders"), from: nil, to: "orders_owner"),
        ], line: 10),
      change(["backup"], .add, [FactChange(.stanza, from: nil, to: "ready")], line: 20),
      change(
        ["backup"], .run,
        [FactChange(.backup(kind: .full, after: Timestamp(seconds: 0)), from: nil, to: "present")], line: 20,
        reason: "a full backup is due: there is none yet"),
    ])
  plan.summary = "PostgreSQL 15 on db1 (local), to be created"
  plan.systemIdentifier = nil
  plan.steps = createSteps()
  plan.effects = [
    Effect(
      role: "orders_app", gains: true, privileges: [.connect, .temporary], on: .database("orders"),
      through: nil)
  ]
  return plan
}

private func createSteps() -> [Step] {
  let initdb = Command(
    program: .initdb, binaries: "/usr/lib/postgresql/15/bin",
    arguments: ["-D", "/srv/pg/orders.holdfast/staging", "--data-checksums", "--locale", "C.UTF-8"],
    environment: ["PGTZ": "UTC"], runAs: "postgres", workingDirectory: "/", timeoutSeconds: 300)
  let backup = Command(
    program: .pgBackRest, binaries: nil, arguments: ["--stanza=orders", "--type=full", "backup"],
    runAs: "postgres",
    workingDirectory: "/", timeoutSeconds: 86_400, stopsSafely: true)
  let roles: [SQLStatement] = [
    .text("CREATE ROLE orders_app LOGIN CONNECTION LIMIT 50"), .text("CREATE ROLE orders_rw"),
    .text("GRANT orders_rw TO orders_app"),
    .password(role: "orders_app", reference: .environment(variable: "ORDERS_APP_PASSWORD")),
  ]
  let config = FileChange.write(
    path: "/srv/pg/orders.holdfast/pgbackrest.conf",
    parts: [
      .literal("[global]\nrepo1-cipher-pass="), .secret(reference: .file(path: "/etc/holdfast/cipher")),
      .literal("\n"),
    ],
    mode: "0600", owner: "postgres")
  return [
    step(
      1, .create, "make the instance",
      [
        .file(.makeDirectory(path: "/srv/pg/orders.holdfast", mode: "0700", owner: "postgres")),
        .command(initdb),
        .file(
          .lastLine(
            path: "/srv/pg/orders.holdfast/staging/postgresql.conf",
            line: "include_if_exists = 'holdfast.conf'", owner: "postgres")),
        .file(.move(from: "/srv/pg/orders.holdfast/staging", to: "/srv/pg/orders")),
      ], makes: [0], hazards: [Hazard(.createInstance, orders, "a new, empty instance is made")],
      reverse: .forwardOnly(because: "an instance is never removed by a revert")),
    step(2, .backupFile, "write the backup configuration", [.file(config)], makes: [1]),
    step(3, .start, "start the server", makes: [2]),
    step(
      4, .roles, "roles and memberships",
      [.sql(batch: SQLBatch(database: "postgres", isTransaction: true, statements: roles))],
      makes: [3, 4, 5, 6], reverse: .partial(operations: [], lost: "orders_app's password")),
    step(
      5, .databases, "database orders",
      [sql("postgres", ["CREATE DATABASE orders OWNER orders_owner"], isTransaction: false)],
      makes: [7], reverse: .forwardOnly(because: "a database is never dropped")),
    step(6, .stanza, "prepare the backup repository", makes: [8]),
    step(
      7, .backup, "back up", [.command(backup)], makes: [9], reverse: .forwardOnly(because: "a backup stays")),
  ]
}

/// Grants and revokes on many tables and for many roles.
func grantsPlan() -> InstancePlan {
  let tables = (0..<412).map { "t\($0)" }
  let few = ["payments", "refunds", "invoices"]
  let list = DefaultPrivileges(owner: "orders_owner", schema: "app", kind: .table)
  let future = FactKey.defaultPrivileges(database: "orders", of: list, grantee: .role("orders_ro"))
  return instance(
    changes: [
      privileges(tables, to: "orders_ro", from: nil, to: "SELECT"),
      privileges(tables, to: "reports", from: nil, to: "SELECT"),
      privileges(
        few, to: "orders_rw", from: "SELECT, DELETE", to: "SELECT", line: nil, reason: "no document grants it"
      ),
      privileges(["payments"], to: "auditor", from: nil, to: "SELECT", line: 51),
      privileges(
        ["refunds"], to: "auditor", from: "SELECT*", to: "SELECT", line: nil, reason: "no document grants it"),
      Change(
        address: future.address(in: "orders"), action: .add,
        facts: [FactChange(future, from: nil, to: "SELECT")],
        source: SourceLocation(file: "specs/access.yaml", line: 40, column: 5)),
    ],
    steps: [
      step(
        1, .grants, "privileges in database orders",
        [
          sql(
            "orders",
            [
              "REVOKE DELETE ON TABLE app.invoices, app.payments, app.refunds FROM orders_rw",
              "GRANT SELECT ON ALL TABLES IN SCHEMA app TO orders_ro, reports",
            ])
        ], makes: [0, 1, 2, 3, 4, 5],
        hazards: [
          Hazard(
            .accessLoss, orders.appending("access", "role", "orders_rw", "database", "orders"),
            "orders_rw loses DELETE"),
          Hazard(
            .accessLoss, orders.appending("access", "role", "auditor", "database", "orders"),
            "auditor loses the right to grant SELECT on"),
        ])
    ],
    effects: [
      Effect(
        role: "alice", gains: false, privileges: .delete,
        on: ObjectGroup(database: "orders", kind: .table, schema: "app", names: few), through: "orders_rw"),
      Effect(
        role: "bob", gains: false, privileges: .delete,
        on: ObjectGroup(database: "orders", kind: .table, schema: "app", names: few), through: "orders_rw"),
      Effect(
        role: "carol", gains: true, privileges: .select,
        on: ObjectGroup(database: "orders", kind: .table, schema: "app", names: tables), through: "orders_ro"),
    ])
}

/// A role that goes: what it owns is handed over first.
func removalPlan() -> InstancePlan {
  let bob = orders.appending("access", "role", "contractor_bob")
  let gone = Hazard(.accessLoss, bob, "contractor_bob is removed with all its access")
  return instance(
    changes: [
      change(
        ["access", "role", "alice", "member-of", "orders_rw"], .remove,
        [FactChange(.membership(role: "orders_rw", member: "alice"), from: "member", to: nil)],
        reason: "no document declares it"),
      change(
        ["access", "role", "orders_app"], .change,
        [
          FactChange(.roleAttribute(role: "orders_app", field: .superuser), from: "yes", to: "no"),
          FactChange(.roleAttribute(role: "orders_app", field: .connectionLimit), from: "none", to: "50"),
        ], line: 9, file: "specs/access.yaml"),
      change(
        ["access", "role", "contractor_bob"], .change,
        [FactChange(.ownedObjects(database: "orders", role: "contractor_bob"), from: "3", to: "0")], line: 30,
        file: "specs/access.yaml",
        reason: "its objects in orders go to orders_owner, its privileges there are revoked"),
      change(
        ["access", "role", "contractor_bob"], .remove,
        [FactChange(.role(name: "contractor_bob"), from: "present", to: nil)],
        line: 30, file: "specs/access.yaml"),
    ],
    steps: [
      step(
        1, .roles, "roles and memberships",
        [sql("postgres", ["REVOKE orders_rw FROM alice", "ALTER ROLE orders_app NOSUPERUSER"])],
        makes: [0, 1],
        hazards: [
          Hazard(
            .accessLoss, orders.appending("access", "role", "alice"),
            "alice is no longer a member of orders_rw"),
          Hazard(.accessLoss, orders.appending("access", "role", "orders_app"), "orders_app loses superuser"),
        ]),
      step(
        2, .handover, "hand over in database orders",
        [
          sql("orders", ["REASSIGN OWNED BY contractor_bob TO orders_owner", "DROP OWNED BY contractor_bob"])
        ], makes: [2],
        hazards: [gone], reverse: .partial(operations: [], lost: "who owned what before")),
      step(
        3, .retire, "drop roles", [sql("postgres", ["DROP ROLE contractor_bob"])], makes: [3],
        hazards: [gone, Hazard(.irreversible, bob, "contractor_bob's password can't be brought back")],
        reverse: .partial(operations: [], lost: "contractor_bob's password")),
    ])
}

/// Nothing to do, and much to know.
func alarmPlan() -> InstancePlan {
  instance(
    alarms: [
      Alarm(
        .archiverFailing, orders.appending("backup"),
        message: "archiving of WAL fails: exit code 32, since 02:13",
        hint: "see the server's log and the repository's free space"),
      Alarm(
        .masked, orders.appending("parameter", "work_mem"),
        message: "postgresql.auto.conf sets work_mem to 8MB and hides the 64MB of the specs",
        hint: "somebody ran ALTER SYSTEM; take it back with: ALTER SYSTEM RESET work_mem"),
    ],
    pending: [
      Pending(
        address: orders.appending("parameter", "shared_buffers"), running: "16384", waiting: "256MB",
        until: "the next restart")
    ],
    notes: [
      Note(
        address: orders.appending("database", "hr"),
        message: "could not be read: holdfast may not connect to it")
    ])
}

/// Names that try to be something else.
func hostilePlan() -> InstancePlan {
  let evil =
    "evil\u{1B}[2J\u{1B}]0;owned\u{7}\nPlan: 0 to add`code`|cell <b>@octocat #1 ]]> \u{202E}gnp www.example.com https://x"
  let change = Change(
    address: orders.appending("access", "role", evil), action: .add,
    facts: [
      FactChange(.role(name: evil), from: nil, to: "present"),
      FactChange(.roleComment(role: evil), from: nil, to: "a\nb|c"),
    ], source: SourceLocation(file: "specs/\u{1B}[31m$(reboot).yaml", line: 1, column: 1),
    reason: "`\(evil)` is asked for")
  return instance(
    changes: [
      change,
      privileges([evil, "ok"], to: evil, from: nil, to: "SELECT"),
    ],
    steps: [
      step(
        1, .roles, "roles; \(evil)", [sql("postgres", ["CREATE ROLE \(identifier: evil)"])], makes: [0, 1],
        hazards: [
          Hazard(
            .accessWidening, orders.appending("access", "role", "$(reboot)'\u{202E}`id`;"),
            "\(evil) becomes superuser")
        ])
    ],
    effects: [Effect(role: evil, gains: true, privileges: .select, on: .database(evil), through: evil)])
}
