import Diagnostics
import Model
import YAML

/// The `Parameters` documents of an instance put together: a later one wins, lists only by `add:`.
struct CombinedParameters: Sendable {
  private(set) var values: [String: DesiredParameter] = [:]
  /// Where each value was written last; `explain` shows them.
  private(set) var nodes: [String: Node] = [:]
  private(set) var diagnostics: [Diagnostic] = []
  /// The spelling in use of each name: the server takes any case.
  private var spellings: [String: String] = [:]

  mutating func add(_ document: SpecDocument, for type: PlatformType) {
    for pair in document.root["values"]?.pairs ?? [] {
      if let reason = reservedParameter(pair.name.lowercased(), on: type) {
        report(
          .reserved, "`\(pair.name)` is not set by `Parameters` on a `\(type.rawValue)` platform", pair.key,
          reason)
        continue
      }
      let name = pair.name.lowercased()
      let earlier = spellings[name].flatMap { values[$0] }
      guard let value = value(of: pair, after: earlier, at: spellings[name].flatMap { nodes[$0] }) else {
        continue
      }
      if let old = spellings.updateValue(pair.name, forKey: name) { (values[old], nodes[old]) = (nil, nil) }
      values[pair.name] = DesiredParameter(value: value, document: Address(["parameters", document.name]))
      nodes[pair.name] = pair.value
    }
  }

  private mutating func value(of pair: Pair, after earlier: DesiredParameter?, at place: Node?)
    -> DesiredParameter.Value?
  {
    let related = place.map { [Diagnostic.Related("it was set here", at: $0.location)] } ?? []
    switch pair.value.content {
    case .scalar(let text, _):
      guard case .list? = earlier?.value else { return pair.value.isNull ? nil : .scalar(text) }
      report(.conflict, "`\(pair.name)` is a list that two documents set", pair.value, addHint, related)
      return nil
    case .sequence(let items):
      if earlier != nil {
        report(.conflict, "`\(pair.name)` is a list that two documents set", pair.value, addHint, related)
        return nil
      }
      return .list(items.compactMap(\.text))
    case .mapping:
      let added = pair.value.texts("add")
      guard let earlier else { return .list(added) }
      guard case .list(let items) = earlier.value else {
        report(
          .conflict, "`\(pair.name)` is added to, and the earlier document sets no list", pair.value,
          "write the earlier value as a list", related)
        return nil
      }
      return .list(items + added.filter { !items.contains($0) })
    }
  }

  private let addHint = "to add to it, write `{add: [...]}` in the later one; else take one out"

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String,
    _ related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint, related: related))
  }
}

/// Why a parameter can't be set, as what to write instead; `nil` where it can.
func reservedParameter(_ name: String, on type: PlatformType) -> String? {
  switch (name, type) {
  case ("include", _), ("include_dir", _), ("include_if_exists", _): "write the values themselves"
  case ("port", .local): "write `local.port` in the instance"
  case ("listen_addresses", .local): "write `local.listen_addresses` in the instance"
  case ("unix_socket_directories", .local): "write `local.socket_directory` in the instance"
  case ("data_directory", .local): "write `local.data_directory` in the instance"
  case ("archive_mode", .local), ("archive_command", .local), ("archive_library", .local):
    "give the instance a `BackupPolicy` with `backup:`"
  case ("config_file", .local), ("hba_file", .local), ("ident_file", .local), ("external_pid_file", .local):
    "Holdfast sets it itself: take it out"
  case ("data_directory", .server), ("config_file", .server): "ALTER SYSTEM can't set it: take it out"
  case ("port", .aws): "write `aws.port` in the instance"
  case ("listen_addresses", .aws), ("unix_socket_directories", .aws), ("data_directory", .aws), ("config_file", .aws),
    ("hba_file", .aws), ("ident_file", .aws), ("archive_mode", .aws), ("archive_command", .aws),
    ("archive_library", .aws):
    "RDS sets it itself: take it out"
  default: nil
  }
}
