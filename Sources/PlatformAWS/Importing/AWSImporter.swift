import Model
import PlatformKit

/// Lists what one account runs in one region: pages of instances, clusters and parameter groups, and one call for each
/// group that is attached to something. Nothing is asked of an instance by itself.
package struct AWSImporter: Importer {
  private let fleet: AWSFleet
  private let platform: DesiredPlatform

  package init(fleet: AWSFleet, platform: DesiredPlatform) { (self.fleet, self.platform) = (fleet, platform) }

  package func inventory(
    _ filter: ImportFilter, at now: Timestamp
  ) async throws(ObservationFailure) -> Inventory {
    do throws(ReadFailure) {
      return try await read(filter, now)
    } catch {
      throw ObservationFailure(
        address: Address(["platform", platform.name]), message: error.message, hint: error.hint,
        isTransient: error.isTransient)
    }
  }

  private func read(_ filter: ImportFilter, _ now: Timestamp) async throws(ReadFailure) -> Inventory {
    var listing = AccountListing(filter: filter, platform: platform)
    var reading = try await fleet.listing()
    try listing.choose(from: reading)
    reading = await fleet.withParameters(reading, of: listing.chosen)
    for instance in listing.chosen {
      let observed = try ObservedAssembly(instance: instance, reading: reading, now: now).observed()
      if let imported = ImportedInstance(observed) {
        listing.inventory.instances.append(imported)
      } else {
        listing.skip(instance.cloud.identifier, "its version can't be read")
      }
    }
    return listing.inventory
  }
}

/// What is chosen from the lists of an account, as specs would name it: an observation is always made for a spec.
private struct AccountListing {
  let filter: ImportFilter
  let platform: DesiredPlatform
  private(set) var chosen: [DesiredInstance] = []
  var inventory = Inventory()

  init(filter: ImportFilter, platform: DesiredPlatform) { (self.filter, self.platform) = (filter, platform) }

  mutating func choose(from reading: AccountReading) throws(ReadFailure) {
    for (_, one) in (try reading.instances?.get() ?? [:]).sorted(by: { $0.key < $1.key }) where one.cluster == nil {
      guard isTaken(one.identifier, isCluster: false, one.tags, one.status),
        isSupported(one.identifier, one.engine, "postgres")
      else { continue }
      choose(one.identifier, one.engine, one.settings, members: nil)
    }
    for (_, cluster) in (try reading.clusters?.get() ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard isTaken(cluster.identifier, isCluster: true, cluster.tags, cluster.status),
        isSupported(cluster.identifier, cluster.engine, "aurora-postgresql")
      else { continue }
      guard !cluster.members.isEmpty else {
        skip(cluster.identifier, "it is a cluster without members")
        continue
      }
      choose(cluster.identifier, cluster.engine, cluster.settings, members: cluster.members.map(\.identifier))
    }
  }

  mutating func skip(_ identifier: String, _ reason: String) {
    inventory.skipped.append(.init(identifier: identifier, reason: reason))
  }

  private mutating func isTaken(
    _ identifier: String, isCluster: Bool, _ tags: [String: String], _ status: RDSStatus
  ) -> Bool {
    let name = CloudName(identifier, isCluster: isCluster)
    switch filter.verdict(on: name, tags: tags) {
    case .leftOut: return false
    case .declared:
      inventory.declared.append(name)
      return false
    case .taken: break
    }
    // Neither has all of what it is to be or was.
    guard !["creating", "deleting"].contains(status.word) else {
      skip(identifier, "it is \(status.word)")
      return false
    }
    return true
  }

  private mutating func isSupported(_ identifier: String, _ engine: String, _ supported: String) -> Bool {
    guard engine != supported else { return true }
    let isMultiAZCluster = engine == "postgres"
    skip(
      identifier,
      isMultiAZCluster
        ? "it is a Multi-AZ DB cluster, which this version can't declare"
        : "its engine is \(engine), which this version can't declare")
    return false
  }

  private mutating func choose(
    _ identifier: String, _ engine: String, _ settings: ManagedSettings, members: [String]?
  ) {
    var instance = DesiredInstance(name: identifier, platform: platform)
    var managed = DesiredManaged(identifier: identifier, engine: engine)
    managed.members = members.map { names in Dictionary(names.map { ($0, [:]) }) { first, _ in first } }
    if let group = settings.asked(.parameterGroup), !group.hasPrefix("default.") {
      managed.values[.parameterGroup] = group
      instance.parameters.values = [:]
    }
    instance.managed = managed
    chosen.append(instance)
  }
}
