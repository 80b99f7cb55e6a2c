import AWSWire
import Model

/// One look at another account: the same role sees all that is there.
struct CopyKey: Hashable, Sendable {
  var target: CopyTarget
  var role: AWSAccount.AssumedRole
  var isOfClusters: Bool
}

/// What another account has.
struct CopiedSnapshots: Sendable {
  var copies: [RDSSnapshot]
  /// ARNs of the snapshots that it may copy.
  var shared: Set<String>
}

extension AWSFleet {
  /// By account and region, not by instance, but where few are looked for.
  func readCopies(_ desired: [DesiredInstance], _ onlyThose: Bool, _ reading: inout AccountReading) async {
    var wanted: [CopyKey: [DesiredInstance]] = [:]
    for one in desired where one.state != .absent {
      for key in one.copyKeys { wanted[key, default: []].append(one) }
    }
    for (key, instances) in wanted.sorted(by: { $0.key.target < $1.key.target }) {
      let names: [String?] = onlyThose ? instances.flatMap(\.identifiers) : [nil]
      reading.copies[key] = await copies(key, names)
    }
  }

  private func copies(_ key: CopyKey, _ names: [String?]) async -> Read<CopiedSnapshots> {
    do throws(ReadFailure) {
      let others = try await others(key)
      let calls = names.map { RDSRead.snapshots(of: $0, ofClusters: key.isOfClusters, kind: "manual") }
      // A snapshot is shared in its own region.
      let sharing = RDSRead.snapshots(ofClusters: key.isOfClusters, kind: "shared")
      async let shared = others.results([sharing], in: account.region)
      var copies: [RDSSnapshot] = []
      for (call, result) in zip(calls, await others.results(calls, in: key.target.region)) {
        copies += try result.read(call, missing: ["DBInstanceNotFound", "DBClusterNotFoundFault"], RDSSnapshot.init)
          .get()
      }
      let arns = try await shared[0].read(sharing, RDSSnapshot.init).get().compactMap(\.arn)
      return .success(CopiedSnapshots(copies: copies, shared: Set(arns)))
    } catch {
      return .failure(error)
    }
  }

  /// Of the account that the specs name, and of no other.
  private func others(_ key: CopyKey) async throws(ReadFailure) -> AWSAccountClients {
    let others: AWSAccountClients
    do throws(EndpointFailure) {
      others = try await clients.clients(for: DesiredCopy(target: key.target, role: key.role))
    } catch {
      throw ReadFailure(message: error.message, hint: error.hint)
    }
    do throws(AWSFailure) { try await others.checkAccount() } catch { throw ReadFailure(error) }
    return others
  }
}

extension DesiredInstance {
  var copyKeys: [CopyKey] {
    (cloud.backup?.copies ?? []).map { CopyKey(target: $0.target, role: $0.role, isOfClusters: cloud.isCluster) }
  }
}

// MARK: Those of one instance

extension CopiedSnapshots {
  /// Copies of what Holdfast took of the instance in the platform's account; others of such a name are somebody else's.
  func copies(of names: RDSNames, in target: CopyTarget) -> [SnapshotCopy] {
    copies.compactMap { snapshot in
      guard snapshot.of.lowercased() == names.identifier.lowercased(),
        snapshot.source == names.snapshotARN(snapshot.identifier),
        let taken = DesiredManaged.moment(ofSnapshot: snapshot.identifier, of: names.identifier)
      else { return nil }
      return SnapshotCopy(target: target, label: snapshot.identifier, taken: taken, state: snapshot.copyState)
    }
  }

  func shares(of names: RDSNames, with account: String) -> [SnapshotShare] {
    let prefix = names.snapshotARN("")
    return shared.compactMap { arn in
      guard arn.hasPrefix(prefix) else { return nil }
      let label = String(arn.dropFirst(prefix.count))
      guard DesiredManaged.moment(ofSnapshot: label, of: names.identifier) != nil else { return nil }
      return SnapshotShare(account: account, label: label)
    }
  }
}

extension RDSSnapshot {
  fileprivate var copyState: SnapshotCopy.State {
    switch status {
    case "available": .finished
    case "creating", "copying", "pending", "unknown": .underWay
    default: .failed(status: status)
    }
  }
}

extension AccountReading {
  /// What is known of the copies of an instance; `nil` where the specs name no place for any, or one can't be looked at,
  /// which `copyObjections` says.
  func copies(
    of desired: DesiredInstance, named identifier: String
  ) throws(ReadFailure) -> (copies: [SnapshotCopy], shares: Set<SnapshotShare>)? {
    guard let wanted = desired.cloud.backup?.copies, !wanted.isEmpty else { return nil }
    let names = RDSNames(account: desired.account, identifier: identifier, isCluster: desired.cloud.isCluster)
    var (copies, shares): ([SnapshotCopy], Set<SnapshotShare>) = ([], [])
    for key in desired.copyKeys {
      guard case .success(let found)? = self.copies[key] else {
        if case .failure(let failure)? = self.copies[key], failure.isTransient { throw failure }
        return nil
      }
      copies += found.copies(of: names, in: key.target)
      shares.formUnion(found.shares(of: names, with: key.target.account))
    }
    return (copies.sorted { ($0.target, $0.label) < ($1.target, $1.label) }, shares)
  }

  /// Snapshots that Holdfast shared, with whomever: an account that the specs don't name any more can't be asked.
  func sharesByTag(of desired: DesiredInstance, named identifier: String) throws(ReadFailure) -> [SnapshotShare] {
    guard desired.needsSnapshots, let read = snapshots[desired.cloud.isCluster] else { return [] }
    return try (read.get()[identifier.lowercased()] ?? []).flatMap { snapshot -> [SnapshotShare] in
      guard DesiredManaged.moment(ofSnapshot: snapshot.identifier, of: identifier) != nil else { return [] }
      return snapshot.sharedWith.map { SnapshotShare(account: $0, label: snapshot.identifier) }
    }
  }

  /// An account that can't be looked at.
  func copyObjections(_ desired: DesiredInstance) -> [Objection] {
    desired.copyKeys.compactMap { key in
      guard case .failure(let failure)? = copies[key], !failure.isTransient else { return nil }
      return Objection(
        Objection.copies, "snapshots can't be copied to account \(key.target): \(failure.message)",
        hint: failure.hint)
    }
  }
}

extension Objection {
  /// In place of a path: it is about `copy_to` of the instance's policy.
  static let copies = ["backup", "copy_to"]
}
