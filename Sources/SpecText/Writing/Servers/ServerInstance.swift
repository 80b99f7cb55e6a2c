import Model

/// The `Instance` document of a server.
struct ServerInstance {
  private let server: ImportedServer
  private(set) var document = YAMLMapping(.block)
  private(set) var unsaid = Unsaid()
  /// Those whose contents the specs judge.
  private(set) var databases: [String] = []

  private var observed: Observed { server.observed }

  struct Attachments {
    var parameters: String?
    var addsParameters = false
    var access: [String] = []
  }

  init(_ server: ImportedServer, name: String, platform: String) {
    self.server = server
    document.add("kind", "Instance")
    document.add("name", name)
    document.add("platform", platform)
    document.add("engine", "postgres")
    document.add("version", "\(server.version.major)")
    addPlace()
    document.add("connect", nonEmpty: connectBlock(server.connect))
    addDatabases()
  }

  mutating func attach(_ attachments: Attachments) {
    if let parameters = attachments.parameters { document.add("parameters", .list([parameters])) }
    if attachments.addsParameters {
      document.add("parameters_mode", "additive", comment: "the server has more than the document says")
    }
    if !attachments.access.isEmpty { document.add("access", .list(attachments.access)) }
  }

  private mutating func addPlace() {
    var block = YAMLMapping(.inline)
    if let local = server.local {
      block = YAMLMapping(.block)
      block.add("port", "\(local.port)")
      block.add("data_directory", local.dataDirectory)
      block.add("socket_directory", local.socketDirectory)
      block.add("listen_addresses", local.listenAddresses)
      block.add("binaries", local.binaries)
    }
    block.add("system_identifier", observed.systemIdentifier)
    document.add(server.local == nil ? "server" : "local", nonEmpty: block)
  }

  private mutating func addDatabases() {
    var blocks = YAMLMapping(.block)
    for (name, database) in observed.databases.sorted(by: { $0.key < $1.key }) {
      guard name != "template0", name != "template1" else { continue }
      guard Sayable.declares(database: name) else {
        unsaid.add("databases with names that specs don't take", name)
        continue
      }
      guard database.isRead else {
        unsaid.add("databases that nobody may connect to, or not this user", name)
        continue
      }
      databases.append(name)
      blocks.add(name, .mapping(block(of: name, database)))
    }
    document.add("databases", nonEmpty: blocks)
    document.add("settings", nonEmpty: settings(SettingScope(), of: "all roles"))
  }

  private mutating func block(of name: String, _ database: Database) -> YAMLMapping {
    var block = YAMLMapping(.block)
    add(owner: database.owner, of: "the database \(name)", to: &block)
    let extensions = database.extensions.keys.filter { $0 != "plpgsql" && Sayable.names($0) }.sorted()
    if !extensions.isEmpty { block.add("extensions", .list(extensions)) }
    block.add("schemas", nonEmpty: schemas(of: name, database))
    block.add("settings", nonEmpty: settings(SettingScope(database: name), of: "the database \(name)"))
    return block
  }

  private mutating func add(owner: String, of thing: String, to block: inout YAMLMapping) {
    if Sayable.names(owner) {
      block.add("owner", owner)
    } else {
      unsaid.add("owners with names that specs don't take", "that of \(thing)")
    }
  }

  private mutating func schemas(of name: String, _ database: Database) -> YAMLMapping {
    var blocks = YAMLMapping(.block)
    for (schema, value) in database.schemas.sorted(by: { $0.key < $1.key }) {
      guard Sayable.declares(schema: schema) else {
        unsaid.add("schemas with names that specs don't take", "\(name).\(schema)")
        continue
      }
      var block = YAMLMapping(.inline)
      add(owner: value.owner, of: "the schema \(name).\(schema)", to: &block)
      blocks.add(schema, .mapping(block))
    }
    return blocks
  }

  private mutating func settings(_ scope: SettingScope, of thing: String) -> YAMLMapping {
    SettingText.block(observed.settings.filter { $0.scope == scope }, of: thing, observed, &unsaid)
  }
}

private func connectBlock(_ connect: ConnectSettings) -> YAMLMapping {
  var block = YAMLMapping(.inline)
  block.add("host", connect.host)
  block.add("port", connect.port.map { "\($0)" })
  block.add("database", connect.database)
  block.add("user", connect.user)
  block.add("tls", connect.tls?.rawValue)
  block.add("ca", connect.certificateAuthority)
  if case .environment(let variable) = connect.password {
    var reference = YAMLMapping(.inline)
    reference.add("env", variable)
    block.add("password", .mapping(reference))
  }
  block.add("passfile", connect.passfile)
  return block
}
