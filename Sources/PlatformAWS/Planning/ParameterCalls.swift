import Model
import Planner

/// Writing the parameters of a group.
extension AWSOperations {
  func makingOfGroup(_ edit: Edit) -> [Operation] {
    guard case .createParameterGroup(let group) = edit else { return [] }
    var form = RDSForm(wanted.isCluster ? "CreateDBClusterParameterGroup" : "CreateDBParameterGroup")
    form.set(groupKey, group.name)
    form.set("DBParameterGroupFamily", group.family)
    form.set("Description", "Parameters by Holdfast")
    return [form.call(doneCodes: ["DBParameterGroupAlreadyExists"])]
  }

  func removalOfGroup(_ edit: Edit) -> [Operation] {
    guard case .removeParameterGroup(let name) = edit else { return [] }
    var form = RDSForm(wanted.isCluster ? "DeleteDBClusterParameterGroup" : "DeleteDBParameterGroup")
    form.set(groupKey, name)
    return [form.call(doneCodes: ["DBParameterGroupNotFound"])]
  }

  /// What is reset goes first: it may make room for what is set.
  func parameterCalls(_ edits: [Edit]) -> [Operation] {
    var (set, reset): ([String: String], [String]) = ([:], [])
    for case .setParameter(let name, let value) in edits {
      if let value { set[name] = value } else { reset.append(name) }
    }
    guard !set.isEmpty || !reset.isEmpty, let group = groupName else { return [] }
    let suffix = wanted.isCluster ? "DBClusterParameterGroup" : "DBParameterGroup"
    return parameterBatches(reset).map { call("Reset\(suffix)", group, $0, [:]) }
      + parameterBatches(Array(set.keys)).map { call("Modify\(suffix)", group, $0, set) }
  }

  private func call(_ action: String, _ group: String, _ names: [String], _ values: [String: String]) -> Operation {
    var form = RDSForm(action)
    form.set(groupKey, group)
    form.set(
      "Parameters", each: "Parameter",
      names.map { name in
        let value = values[name].map { [(name: "ParameterValue", value: spelling(of: $0, name))] } ?? []
        return [(name: "ParameterName", value: name)] + value + [(name: "ApplyMethod", value: method(name))]
      })
    return form.call()
  }

  private var groupKey: String { wanted.isCluster ? "DBClusterParameterGroupName" : "DBParameterGroupName" }

  private var groupName: String? { (after.managed?.group ?? after.preparedGroup ?? wantedGroup(of: instance))?.name }

  /// Derived, and never a state of its own: RDS refuses `immediate` for a static parameter and answers with
  /// `pending-reboot` for most, whatever it was told.
  private func method(_ name: String) -> String {
    let isStatic = definition(name)?.context.needsRestart ?? false
    return isStatic ? "pending-reboot" : "immediate"
  }

  private func definition(_ name: String) -> ParameterDefinition? {
    (after.parameters[name] ?? before.parameters[name])?.definition
  }

  /// RDS takes numbers in the parameter's own unit and booleans as digits. A formula is the author's.
  private func spelling(of value: String, _ name: String) -> String {
    guard let definition = definition(name), case .value(let text) = definition.read(value) else { return value }
    guard definition.kind == .bool else { return text }
    return text == "on" ? "1" : "0"
  }
}

/// Lots that one call takes, with parameters together that are checked against each other.
///
/// - Source: `Parameters`, "A maximum of 20 parameters can be modified in a single request": botocore 1.43.11.
func parameterBatches(_ names: [String]) -> [[String]] {
  let sets = Dictionary(grouping: names.sorted()) { name in
    dependencySets.first { $0.contains(name) }?.min() ?? name
  }
  var batches: [[String]] = []
  for key in sets.keys.sorted() {
    let set = sets[key] ?? []
    if let last = batches.last, last.count + set.count <= 20 {
      batches[batches.count - 1] += set
    } else {
      batches.append(set)
    }
  }
  return batches
}

/// Parameters of PostgreSQL of which a server with some new values and some old may not start, or refuses the new ones.
///
/// - Source: PostgreSQL documentation, "Server Configuration", read 2026-11-22: `wal_level` and what needs it, connections
///   that are set aside from others, statistics that exclude each other, bounds.
private let dependencySets: [Set<String>] = [
  [
    "rds.logical_replication", "max_logical_replication_workers", "max_parallel_workers", "max_replication_slots",
    "max_wal_senders", "max_worker_processes", "max_sync_workers_per_subscription", "wal_level",
  ],
  [
    "max_connections", "rds.rds_superuser_reserved_connections", "reserved_connections",
    "superuser_reserved_connections",
  ],
  ["log_executor_stats", "log_parser_stats", "log_planner_stats", "log_statement_stats"],
  ["max_wal_size", "min_wal_size"],
  ["password_encryption", "rds.accepted_password_auth_method"],
  ["ssl_max_protocol_version", "ssl_min_protocol_version"],
]
