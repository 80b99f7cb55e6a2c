import Diagnostics
import Model
import YAML

/// Where the documents say what: one entry for what a plan can point to.
extension SourceMap {
  mutating func add(_ access: AccessDocument, _ document: SpecDocument) {
    self[access.address] = document.nameNode.location
    for key in ["superusers", "manages"] {
      if let pair = document.root.pair(key) { self[access.address.appending(key)] = pair.key.location }
    }
    for (rule, node) in access.rules { self[rule.address] = node.location }
    for (rule, node) in access.owners { self[rule.address] = node.location }
    for (binding, node) in access.bindings { self[binding.address] = node.location }
    for (wanted, node) in access.rowSecurity { add(wanted, node) }
    for (name, _, pair) in access.roles {
      let address = access.address.appending("role", name)
      self[address] = pair.key.location
      addSettings(pair.value["settings"], at: address)
      for database in pair.value["settings_in"]?.pairs ?? [] {
        let place = address.appending("database", database.name)
        self[place] = database.key.location
        addSettings(database.value, at: place)
      }
      for node in pair.value["member_of"]?.items ?? [] {
        guard let lender = node.text ?? node.text("role") else { continue }
        let place = address.appending("member-of", lender)
        self[place] = node.location
        for key in ["inherit", "set"] { self[place.appending(key)] = node.pair(key)?.key.location }
      }
    }
  }

  private mutating func add(_ wanted: DesiredRowSecurity, _ node: Node) {
    self[wanted.address] = node.location
    if let pair = node.pair("row_security") { self[wanted.address.appending("row_security")] = pair.key.location }
    for policy in node["policies"]?.pairs ?? [] {
      let address = wanted.address.appending("policy", policy.name)
      self[address] = policy.key.location
      for pair in policy.value.pairs { self[address.appending(pair.name)] = pair.key.location }
    }
  }

  mutating func addParameters(_ document: SpecDocument) {
    let address = Address(["parameters", document.name])
    self[address] = document.nameNode.location
    for pair in document.root["values"]?.pairs ?? [] {
      self[address.appending(pair.name)] = pair.key.location
    }
  }

  /// What only a platform knows to be wrong of a policy.
  mutating func addPolicy(_ name: String, _ node: Node) {
    if let section = node.pair("aws") { addAll(section, at: Address(["backup-policy", name, "aws"])) }
  }

  mutating func add(_ instance: SpecDocument, _ node: Node) {
    let root = Address.instance(instance.name)
    self[root] = instance.nameNode.location
    for name in ["version", "state", "backup", "protect", "identifier", "renamed_from", "restore_from"] {
      if let pair = node.pair(name) { self[root.appending(name)] = pair.key.location }
    }
    for name in ["local", "server", "connect"] {
      guard let section = node.pair(name) else { continue }
      self[root.appending(name)] = section.key.location
      for pair in section.value.pairs { self[root.appending(name, pair.name)] = pair.key.location }
    }
    for name in ["aws", "members", "labels"] {
      if let section = node.pair(name) { addAll(section, at: root.appending(name)) }
    }
    addSettings(node["settings"], at: root)
    for database in node["databases"]?.pairs ?? [] {
      let address = root.appending("database", database.name)
      self[address] = database.key.location
      for item in database.value["extensions"]?.items ?? [] {
        if let name = item.text { self[address.appending("extension", name)] = item.location }
      }
      for schema in database.value["schemas"]?.pairs ?? [] {
        self[address.appending("schema", schema.name)] = schema.key.location
      }
      addSettings(database.value["settings"], at: address)
    }
  }

  private mutating func addSettings(_ settings: Node?, at address: Address) {
    for setting in settings?.pairs ?? [] { self[address.appending("setting", setting.name)] = setting.key.location }
  }

  /// A key and all below it, each at the address that its keys make.
  private mutating func addAll(_ pair: Pair, at address: Address) {
    self[address] = pair.key.location
    for inner in pair.value.pairs { addAll(inner, at: address.appending(inner.name)) }
  }
}
