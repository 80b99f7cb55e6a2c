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
    let place = "in \(account.region) of account \(account.account)"
    // Clusters have names of their own; a member is an instance like any other.
    let kind = managed.isCluster ? "the cluster" : "the instance"
    var names = [("\(kind) \(managed.identifier) \(place)", node["identifier"] ?? node["name"] ?? node)]
    if let former = node["renamed_from"], let name = former.text, name != managed.identifier {
      names.append(("\(kind) \(name) \(place)", former))
    }
    return names + (node["members"]?.pairs ?? []).map { ("the instance \($0.name) \(place)", $0.key) }
  }
}

/// Instances that name one parameter group and want other values in it.
func sharedParameterGroups(_ instances: [DesiredInstance], _ nodes: [String: Node]) -> [Diagnostic] {
  var first: [String: (instance: String, node: Node)] = [:]
  return instances.compactMap { instance in
    guard case .aws(let account) = instance.platform.kind, let managed = instance.managed,
      let group = managed.values[.parameterGroup], let node = nodes[instance.name]
    else { return nil }
    let key = "\(account.account)/\(account.region)/\(managed.isCluster)/\(group)"
    guard let other = first[key] else {
      first[key] = (instance.name, node)
      return nil
    }
    guard node.groupValues != other.node.groupValues else { return nil }
    return Diagnostic(
      .conflict,
      message:
        "`\(instance.name)` and `\(other.instance)` share the parameter group `\(group)` and list other `parameters`",
      at: (node["parameters"] ?? node.value(at: ManagedField.parameterGroup.path) ?? node).location,
      hint: "list the same ones, or give each its own group",
      related: [
        .init(
          "`\(other.instance)` has them here",
          at: (other.node["parameters"] ?? other.node.value(at: ManagedField.parameterGroup.path) ?? other.node)
            .location)
      ])
  }
}

extension Node {
  /// What the instance wants of its parameter group: whether its values are managed, how, and by which documents.
  fileprivate var groupValues: [String] {
    guard self["parameters"] != nil else { return [] }
    return [text("parameters_mode") ?? DesiredParameters.Mode.authoritative.rawValue] + texts("parameters")
  }
}
