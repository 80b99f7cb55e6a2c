import Diagnostics
import Model
import YAML

/// Two instances that want one port, one data directory or one server.
func sharedResources(_ instances: [DesiredInstance], _ nodes: [String: Node]) -> [Diagnostic] {
  var owners: [String: (instance: String, node: Node)] = [:]
  var diagnostics: [Diagnostic] = []
  for instance in instances {
    guard let node = nodes[instance.name] else { continue }
    for (what, place) in resources(of: instance, node) {
      guard let first = owners[what] else {
        owners[what] = (instance.name, place)
        continue
      }
      diagnostics.append(
        Diagnostic(
          .conflict, message: "`\(instance.name)` and `\(first.instance)` share \(what)", at: place.location,
          hint: "give each its own",
          related: [.init("`\(first.instance)` has it here", at: first.node.location)]))
    }
  }
  return diagnostics
}

/// What nobody else may have, in words that are equal where it is the same.
private func resources(of instance: DesiredInstance, _ node: Node) -> [(what: String, place: Node)] {
  switch instance.platform.kind {
  case .local(let hostname, _):
    guard let local = instance.local, let block = node["local"] else { return [] }
    let directory = (
      "the data directory \(local.dataDirectory) on \(hostname)", block["data_directory"] ?? block
    )
    // What is absent frees its port.
    return instance.state == .absent
      ? [directory] : [directory, ("port \(local.port) on \(hostname)", block["port"] ?? block)]
  case .server:
    guard let host = instance.connect.host, let place = node["connect"]?["host"] else { return [] }
    return [("the server \(host), port \(instance.connect.port ?? 5432)", place)]
  case .aws(let account):
    guard let managed = instance.managed else { return [] }
    let what = "the identifier \(managed.identifier) in \(account.region) of account \(account.account)"
    return [(what, node["identifier"] ?? node)]
  }
}
