/// Specs of one instance of this host, to be changed by a story as it goes.
struct LocalSpecs {
  var hostname = "localhost"
  var version = "15"
  var port: Int
  var dataDirectory: String
  var repository: String
  var state: String? = "running"
  /// Further lines of the instance.
  var instance: [String] = []
  /// Further fields of `local:`.
  var local: [String] = []
  var parameters = ["work_mem: 64MB"]
  /// The lines of the backup policy beside its repository; none: no policy.
  var backup: [String] = []
  var hasAccess = true
  var roles = [
    "orders_owner: {}", "orders_ro: {}",
    "orders_app: { login: true, password: { env: APP_PASSWORD }, member_of: [orders_ro] }",
  ]
  /// A further grant to `orders_ro` on all tables.
  var privileges = "select"

  var text: String {
    ([platform, instanceText, parametersText] + (backup.isEmpty ? [] : [backupText])
      + (hasAccess ? [accessText] : []))
      .joined(separator: "---\n")
  }

  private var platform: String { "kind: Platform\nname: here\ntype: local\nhostname: \(hostname)\n" }

  private var instanceText: String {
    var lines = [
      "kind: Instance", "name: orders", "platform: here", "engine: postgres", "version: \(version)",
    ]
    if let state { lines.append("state: \(state)") }
    lines.append(
      "local: { \((["port: \(port)", "data_directory: \(dataDirectory)"] + local).joined(separator: ", ")) }")
    lines.append("parameters: [oltp]")
    if !backup.isEmpty { lines.append("backup: tier") }
    if hasAccess {
      lines += [
        "databases: { orders: { owner: orders_owner, schemas: { app: { owner: orders_owner } } } }",
        "access: [orders-access]",
      ]
    }
    return (lines + instance).map { $0 + "\n" }.joined()
  }

  private var parametersText: String {
    "kind: Parameters\nname: oltp\nengine: postgres\nvalues:\n" + parameters.map { "  \($0)\n" }.joined()
  }

  private var backupText: String {
    (["kind: BackupPolicy", "name: tier", "retain: 7d", "point_in_time: true"] + backup
      + ["local: { repository: \(repository), cipher: { env: CIPHER } }"]).map { $0 + "\n" }.joined()
  }

  private var accessText: String {
    "kind: Access\nname: orders-access\ndatabases: [orders]\nroles:\n" + roles.map { "  \($0)\n" }.joined()
      + """
      grants:
        - { to: orders_ro, database: orders, privileges: [connect] }
        - { to: orders_ro, in: orders.app, schema: [usage], tables: [\(privileges)], default_privileges_of: [orders_owner] }

      """
  }
}
