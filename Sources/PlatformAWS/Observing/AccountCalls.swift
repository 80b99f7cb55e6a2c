import AWSWire
import Model
import XML

/// The first calls that read an account, and where their answers go.
struct AccountCalls {
  private enum Part {
    case instances, clusters, maintenance
    case groups(ofClusters: Bool)
    case snapshots(ofClusters: Bool)
  }

  private var parts: [(part: Part, call: AWSPages)] = []

  var all: [AWSPages] { parts.map(\.call) }

  /// All that an account has, and what surrounds it.
  static var everything: AccountCalls {
    var calls = AccountCalls(missing: [], onlyThose: false)
    calls.parts = [
      (.instances, RDSRead.instances()), (.clusters, RDSRead.clusters(nil)),
      (.groups(ofClusters: false), RDSRead.groups(ofClusters: false)),
      (.groups(ofClusters: true), RDSRead.groups(ofClusters: true)), (.maintenance, RDSRead.maintenance()),
    ]
    return calls
  }

  /// - Parameter onlyThose: each is looked for by name, unless a group may go that others could use; otherwise the account
  ///   is listed.
  /// - Parameter withMaintenance: one call for all, since ARNs aren't known yet.
  init(_ desired: [DesiredInstance], onlyThose: Bool, withMaintenance: Bool) {
    addInstances(desired, onlyThose)
    for ofClusters in [false, true] {
      let ones = desired.filter { $0.cloud.isCluster == ofClusters }
      if ones.contains(where: \.wantsGroup) {
        parts.append((.groups(ofClusters: ofClusters), RDSRead.groups(ofClusters: ofClusters)))
      }
      addSnapshots(ones.filter(\.needsSnapshots), ofClusters, onlyThose)
    }
    if withMaintenance { parts.append((.maintenance, RDSRead.maintenance())) }
  }

  /// For those that were looked for and are not there: they may be of the other kind, whatever the specs say.
  init(missing: [DesiredInstance], onlyThose: Bool) {
    if missing.contains(where: { !$0.cloud.isCluster }) {
      addClusters(onlyThose ? missing.flatMap(\.identifiers) : [nil])
    }
    guard onlyThose else { return }
    for name in missing.filter(\.cloud.isCluster).flatMap(\.identifiers) {
      parts.append((.instances, RDSRead.instances(name)))
    }
  }

  private mutating func addInstances(_ desired: [DesiredInstance], _ onlyThose: Bool) {
    let hasClusters = desired.contains { $0.cloud.isCluster }
    guard onlyThose, !desired.contains(where: \.mayLeaveGroups) else {
      parts.append((.instances, RDSRead.instances()))
      if hasClusters { addClusters([nil]) }
      return
    }
    for one in desired {
      for name in one.identifiers {
        parts.append(
          (.instances, one.cloud.isCluster ? RDSRead.instances(inCluster: name) : RDSRead.instances(name)))
      }
      if one.cloud.isCluster { addClusters(one.identifiers) }
    }
  }

  private mutating func addClusters(_ names: [String?]) {
    for name in names { parts.append((.clusters, RDSRead.clusters(name))) }
  }

  private mutating func addSnapshots(_ desired: [DesiredInstance], _ ofClusters: Bool, _ onlyThose: Bool) {
    guard !desired.isEmpty else { return }
    let names: [String?] = onlyThose ? desired.flatMap(\.identifiers) : [nil]
    for name in names {
      parts.append(
        (.snapshots(ofClusters: ofClusters), RDSRead.snapshots(of: name, ofClusters: ofClusters, kind: "manual")))
    }
  }
}

extension AccountCalls {
  /// Puts the answers where they belong; those of several calls for one thing together.
  func fill(_ reading: inout AccountReading, _ results: [Result<[XMLElement], AWSFailure>]) {
    for (part, result) in zip(parts, results) {
      let call = part.call
      switch part.part {
      case .instances:
        let read = result.read(call, missing: ["DBInstanceNotFound", "DBInstanceNotFoundFault"], RDSInstance.init)
        reading.instances = joined(reading.instances, read.map { byName($0, \.identifier) })
      case .clusters:
        let read = result.read(call, missing: ["DBClusterNotFoundFault", "DBClusterNotFound"], RDSCluster.init)
        reading.clusters = joined(reading.clusters, read.map { byName($0, \.identifier) })
      case .groups(let ofClusters):
        reading.groups[ofClusters] = result.read(call, parameterGroup).map { byName($0, \.name) }
      case .snapshots(let ofClusters):
        let read = result.read(
          call, missing: ["DBInstanceNotFound", "DBClusterNotFoundFault"], RDSSnapshot.init)
        reading.snapshots[ofClusters] = joined(
          reading.snapshots[ofClusters], read.map { Dictionary(grouping: $0) { $0.of.lowercased() } })
      case .maintenance:
        reading.maintenance = result.read(call, maintenance)
          .map { Dictionary($0.map { ($0.resource, $0.entries) }) { $0 + $1 } }
      }
    }
  }

  private func byName<Value>(_ values: [Value], _ name: (Value) -> String) -> [String: Value] {
    Dictionary(values.map { (name($0).lowercased(), $0) }) { first, _ in first }
  }

  private func joined<Value>(
    _ one: Read<[String: Value]>?, _ other: Read<[String: Value]>
  ) -> Read<[String: Value]> {
    guard case .success(let known)? = one else { return one ?? other }
    return other.map { known.merging($0) { first, _ in first } }
  }
}

extension DesiredInstance {
  /// The names that it may have.
  var identifiers: [String] { [cloud.identifier] + (renamedFrom.map { [$0] } ?? []) }

  /// Whether a parameter group of its own stays behind under a name that it hasn't, or without it.
  fileprivate var mayLeaveGroups: Bool { wantsGroup && (state == .absent || renamedFrom != nil) }
}
