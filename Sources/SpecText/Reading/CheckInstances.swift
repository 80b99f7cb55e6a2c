import Diagnostics
import Model
import YAML

// What an instance asks for, held against its platform.
extension SpecReader {
  mutating func checkPlatform(_ document: SpecDocument, _ node: Node, _ platform: PlatformDocument) {
    diagnostics += fieldsOfOtherPlatforms(
      node, Language.instance, platform.type, name: platform.value.name, typeLocation: platform.typeLocation)
    switch platform.type {
    case .local:
      require(node["local"], "`local:`", "write `local: { port: …, data_directory: … }`", document, platform)
      require(
        node["version"], "`version`", "write the major version, such as `version: 15`", document, platform)
    case .server:
      require(node["connect"]?["host"], "`connect.host`", "write `connect: { host: … }`", document, platform)
      checkServerState(node, platform)
    case .aws: break  // Its settings hang together, and are checked once they are read.
    }
  }

  private mutating func require(
    _ found: Node?, _ what: String, _ hint: String, _ document: SpecDocument, _ platform: PlatformDocument
  ) {
    guard found == nil else { return }
    report(
      .missingKey,
      "\(what) of the instance `\(document.name)` is missing: its platform is of type `\(platform.type.rawValue)`",
      document.root, hint)
  }

  private mutating func checkServerState(_ node: Node, _ platform: PlatformDocument) {
    guard let state = node["state"], let text = state.text, text != "running",
      DesiredInstance.State(rawValue: text) != nil
    else { return }
    report(
      .conflict, "an instance on a `server` platform can't be made `\(text)`: Holdfast only connects to it",
      state,
      text == "absent" ? "take the whole document out" : "take it out",
      [.init("the type of `\(platform.value.name)` is set here", at: platform.typeLocation)])
  }
}

// What an instance asks for, held against the access documents attached to it.
extension SpecReader {
  mutating func checkAccess(_ access: AttachedAccess, of instance: DesiredInstance, _ node: Node) {
    checkDatabaseNames(access, instance, node)
    checkRenamedDatabases(node["databases"]?.pairs ?? [])
    checkOwners(access, node)
    checkMaintain(access, instance)
    checkMembershipOptions(access, instance)
    checkReservedRoles(access, instance)
    for missing in access.withoutUsage {
      let owner = instance.databases[missing.database]?.schemas[missing.schema]?.owner
      guard !(owner.map(missing.through.contains) ?? false) else { continue }
      diagnostics.append(
        Diagnostic(
          .unreachableObjects, .warning,
          message:
            "`\(missing.role)` is granted privileges on objects in `\(missing.database).\(missing.schema)` and has no USAGE on the schema",
          at: missing.node.location, hint: "add `schema: [usage]`"))
    }
  }

  private mutating func checkDatabaseNames(
    _ access: AttachedAccess, _ instance: DesiredInstance, _ node: Node
  ) {
    for (name, place) in access.databases where instance.databases[name] == nil {
      let nearest = suggestions.closest(name, in: instance.databases.keys).map { $0 + " " } ?? ""
      report(
        .danglingName, "the instance `\(instance.name)` declares no database `\(name)`", place,
        nearest + "declare it under `databases:` of the instance",
        [.init("the instance is here", at: (node["access"] ?? node).location)])
    }
  }

  private mutating func checkRenamedDatabases(_ databases: [Pair]) {
    var used = Dictionary(databases.map { ($0.name, $0.key) }, uniquingKeysWith: { first, _ in first })
    for pair in databases {
      guard let old = pair.value["renamed_from"], let name = old.text else { continue }
      if let other = used.updateValue(old, forKey: name) {
        report(
          .conflict, "`\(pair.name)` is renamed from `\(name)`, which is used already", old,
          "take one of the two out",
          [.init("`\(name)` stands here too", at: other.location)])
      }
    }
  }

  private mutating func checkOwners(_ access: AttachedAccess, _ node: Node) {
    guard !access.absentRoles.isEmpty else { return }
    for database in node["databases"]?.pairs ?? [] {
      for owned in [database.value] + (database.value["schemas"]?.pairs ?? []).map(\.value) {
        guard let owner = owned["owner"], let name = owner.text, access.absentRoles.contains(name),
          let key = access.key(of: name)
        else { continue }
        report(
          .conflict, "`\(name)` is absent and can't own anything", owner,
          "name another owner, or declare the role present",
          [.init("`\(name)` is declared here", at: key.location)])
      }
    }
  }

  /// Of a server that is only reached its catalogs tell whose it is; here the platform does.
  private mutating func checkReservedRoles(_ access: AttachedAccess, _ instance: DesiredInstance) {
    guard case .aws = instance.platform.kind else { return }
    let service = ManagedService.amazonRDS
    for name in access.value.roles.keys.sorted() where service.reserves(name) {
      guard let key = access.key(of: name) else { continue }
      report(
        .reserved, "`\(name)` belongs to \(service.label), and is neither made nor changed by its customers", key,
        "name it under `member_of` or `grants`; don't declare it")
    }
  }

  /// INHERIT and SET of a membership came with PostgreSQL 16.
  private mutating func checkMembershipOptions(_ access: AttachedAccess, _ instance: DesiredInstance) {
    guard let below = instance.version?.below, below <= ServerVersion(major: 16) else { return }
    for key in access.asksForOptions {
      report(
        .invalidValue,
        "`\(key.text ?? "")` of a membership exists from version 16 on, and `\(instance.name)` is older", key,
        "take it out")
    }
  }

  /// MAINTAIN came with PostgreSQL 17.
  private mutating func checkMaintain(_ access: AttachedAccess, _ instance: DesiredInstance) {
    guard let below = instance.version?.below, below <= ServerVersion(major: 17) else { return }
    for node in access.asksForMaintain {
      report(
        .invalidValue, "`maintain` exists from version 17 on, and `\(instance.name)` is older", node,
        "take it out")
    }
  }
}
