import Diagnostics
import Model

/// What `--only` asks for.
struct Selection: Sendable {
  /// `nil` for all instances.
  var instances: Set<String>?
  /// Addresses within instances; empty for everything in them.
  var addresses: [Address] = []
  /// As typed, for the plan.
  var texts: [String] = []

  /// Reads the selections against what the specs declare; a selection that matches nothing is a mistake.
  ///
  /// - Parameter former: addresses that may be chosen although the specs don't declare them.
  static func read(
    _ texts: [String], in desired: Desired, besides former: [Address] = []
  ) -> (selection: Selection, mistakes: [Diagnostic]) {
    var selection = Selection(texts: texts)
    var mistakes: [Diagnostic] = []
    let known = desired.instances.flatMap(\.knownAddresses) + former
    for text in texts {
      guard let matched = selection.add(text, desired, known: known), matched else {
        let near = closest(text, in: (desired.instances.map(\.address) + known).map(\.description))
        mistakes.append(
          Diagnostic(
            .danglingName, message: "`--only \(text)` matches nothing in the specs",
            hint: near.map { "did you mean `\($0)`?" }
              ?? "write an address such as instance/NAME, label:KEY=VALUE or platform:NAME"))
        continue
      }
    }
    return (selection, mistakes)
  }

  private mutating func add(_ text: String, _ desired: Desired, known: [Address]) -> Bool? {
    if text.hasPrefix("label:") {
      let parts = text.dropFirst("label:".count).split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      return add(desired.instances.filter { $0.labels[parts[0]] == parts[1] })
    }
    if text.hasPrefix("platform:") {
      let name = text.dropFirst("platform:".count)
      return add(desired.instances.filter { $0.platform.name == name })
    }
    guard let address = Address(text), let name = address.instanceName,
      known.contains(where: { $0.contains(address) || address.contains($0) }) || desired.sources.mentions(address)
    else { return false }
    addresses.append(address)
    instances = (instances ?? []).union([name])
    return true
  }

  /// Instances chosen by label or platform are chosen whole: the address of something else in them doesn't narrow them.
  private mutating func add(_ found: [DesiredInstance]) -> Bool {
    instances = (instances ?? []).union(found.map(\.name))
    addresses += found.map(\.address)
    return !found.isEmpty
  }

  func contains(_ instance: DesiredInstance) -> Bool { instances?.contains(instance.name) ?? true }
}

extension DesiredInstance {
  /// The addresses below which something of this instance can stand.
  var knownAddresses: [Address] {
    var known = [address.appending("access"), address.appending("access", "public")]
    known += access.roles.keys.map { address.appending("access", "role", $0) }
    known += (parameters.values ?? [:]).keys.map { address.appending("parameter", $0) }
    if backup != nil { known.append(address.appending("backup")) }
    for (name, database) in databases {
      known.append(address.appending("database", name))
      known += database.schemas.keys.map { address.appending("database", name, "schema", $0) }
      known += database.extensions.map { address.appending("database", name, "extension", $0) }
    }
    known += access.rowSecurity.flatMap { entry in
      [address.appending(entry.table.path)]
        + (entry.policies ?? [:]).keys.map { address.appending(entry.table.path).appending("policy", $0) }
    }
    return known
  }
}
