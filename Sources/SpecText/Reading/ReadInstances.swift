import Diagnostics
import Model
import YAML

extension SpecReader {
  /// One instance, its references resolved; `nil` where its platform isn't known.
  mutating func readInstance(_ document: SpecDocument, _ node: Node) -> DesiredInstance? {
    sources.add(document, node)
    let attachments = attachments(of: node)
    guard let platform = platform(of: document, node) else { return nil }
    let variables = SecretVariables(
      values: [.instance: document.name, .platform: platform.value.name],
      account: platform.type == .aws ? platform.value.name : nil)
    var instance = DesiredInstance(name: document.name, platform: platform.value)
    readPlainFields(node, into: &instance)
    instance.connect = readConnect(node["connect"], variables)
    instance.databases = readDatabases(node)
    instance.settings = node.textMap("settings")
    checkPlatform(document, node, platform)
    switch platform.type {
    case .local:
      instance.local = node["local"].flatMap(readLocal)
      instance.backup = node["backup"].flatMap {
        readBackup($0, instance: document.name, variables: variables)
      }
    case .server: instance.server = readServer(node["server"])
    case .aws:
      let managed = readManaged(document, node, variables: variables)
      instance.managed = managed
      checkManaged(document, node, managed, platform)
    }
    readParameters(node, attachments.parameters, platform, into: &instance)
    let access = attachedAccess(attachments.access)
    instance.access = access.value(for: variables)
    checkAccess(access, of: instance, node)
    if !attachments.access.isEmpty {
      sources.links["\(instance.address)/access"] = attachments.access.map {
        Address(["access", $0.name]).description
      }
    }
    return instance
  }

  /// Resolved even where the platform isn't known, so that one mistake hides no other.
  private mutating func attachments(of node: Node) -> (parameters: [SpecDocument], access: [SpecDocument]) {
    (documents(.parameters, namedIn: node["parameters"]), documents(.access, namedIn: node["access"]))
  }

  /// Each once: that a name stands in the list twice was reported before.
  private mutating func documents(_ kind: DocumentKind, namedIn list: Node?) -> [SpecDocument] {
    var seen: Set<String> = []
    return (list?.items ?? []).compactMap { node in
      index.document(kind, namedBy: node).flatMap { seen.insert($0.name).inserted ? $0 : nil }
    }
  }

  private mutating func platform(of document: SpecDocument, _ node: Node) -> PlatformDocument? {
    guard let name = node["platform"], let found = index.document(.platform, namedBy: name) else {
      return nil
    }
    return platforms[found.name]
  }

  private func readPlainFields(_ node: Node, into instance: inout DesiredInstance) {
    instance.version = node.text("version").flatMap { VersionConstraint($0) }
    instance.state = node.text("state").flatMap(DesiredInstance.State.init)
    instance.labels = node.textMap("labels")
    instance.protect = node.flag("protect") ?? false
    instance.renamedFrom = node.text("renamed_from")
    instance.fresh = node.flag("fresh") ?? false
    instance.parameters.mode =
      node.text("parameters_mode").flatMap(DesiredParameters.Mode.init) ?? .authoritative
  }

  private mutating func readParameters(
    _ node: Node, _ documents: [SpecDocument], _ platform: PlatformDocument,
    into instance: inout DesiredInstance
  ) {
    guard node["parameters"] != nil else { return }
    instance.parameters.values = combinedParameters(documents, for: platform.type).values
    sources.links["\(instance.address)/parameter"] = documents.map {
      Address(["parameters", $0.name]).description
    }
  }
}

// Blocks.

private func readLocal(_ node: Node) -> LocalSettings? {
  guard let port = node.integer("port"), let directory = node.text("data_directory") else { return nil }
  var local = LocalSettings(port: port, dataDirectory: withoutTrailingSlash(directory))
  local.locale = node.text("locale")
  local.socketDirectory = node.text("socket_directory").map(withoutTrailingSlash)
  local.listenAddresses = node.text("listen_addresses")
  local.systemIdentifier = node.text("system_identifier")
  local.binaries = node.text("binaries").map(withoutTrailingSlash)
  return local
}

/// Directories are compared and get names appended.
private func withoutTrailingSlash(_ path: String) -> String {
  "/" + path.split(separator: "/").joined(separator: "/")
}

private func readServer(_ node: Node?) -> ServerSettings {
  var server = ServerSettings()
  server.systemIdentifier = node?.text("system_identifier")
  return server
}

private func readConnect(_ node: Node?, _ variables: SecretVariables) -> ConnectSettings {
  var connect = ConnectSettings()
  guard let node else { return connect }
  connect.host = node.text("host")
  connect.port = node.integer("port")
  connect.database = node.text("database")
  connect.user = node.text("user")
  connect.applyUser = node.text("apply_user")
  connect.tls = node.text("tls").flatMap(ConnectSettings.TLSMode.init)
  connect.certificateAuthority = node.text("ca")
  connect.password = node.secret("password")?.substituting(variables)
  connect.passfile = node.text("passfile")
  connect.iam = node.flag("iam") ?? false
  return connect
}

private func readDatabases(_ node: Node) -> [String: DesiredDatabase] {
  var databases: [String: DesiredDatabase] = [:]
  for pair in node["databases"]?.pairs ?? [] {
    var database = DesiredDatabase()
    database.owner = pair.value.text("owner")
    database.extensions = pair.value.texts("extensions")
    database.settings = pair.value.textMap("settings")
    database.renamedFrom = pair.value.text("renamed_from")
    for schema in pair.value["schemas"]?.pairs ?? [] {
      database.schemas[schema.name] = DesiredSchema(owner: schema.value.text("owner"))
    }
    databases[pair.name] = database
  }
  return databases
}
