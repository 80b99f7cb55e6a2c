import AWSWire
import Diagnostics
import Model
import XML

/// What RDS is asked about beforehand, because an instance is to be made of it or moved to it.
struct OfferKey: Hashable, Sendable {
  var engine: String
  /// `nil` where what it is made from decides.
  var version: String?
  var instanceClass: String
}

/// Snapshots of instances and those of clusters have names apart.
struct SnapshotKey: Hashable, Sendable {
  var name: String
  var isOfCluster: Bool
}

/// One way in which a class of instances can be had.
struct Offer: Hashable, Sendable {
  var storageType: String?
  var smallest: Int?
  var largest: Int?

  init(_ element: XMLElement) throws(UnreadableAnswer) {
    storageType = element.value("StorageType")
    smallest = element.value("MinStorageSize").flatMap { Int($0) }
    largest = element.value("MaxStorageSize").flatMap { Int($0) }
  }
}

/// What RDS answered of what it offers; asked for only where a plan needs it.
struct Offers: Sendable {
  var classes: [OfferKey: Read<[Offer]>] = [:]
  /// All classes of an engine and version, where a wanted one is not among them.
  var otherClasses: [OfferKey: Read<[String]>] = [:]
  var subnetGroups: Read<[String]>?
  /// The snapshot, or `nil` where there is none.
  var snapshots: [SnapshotKey: Read<RDSSnapshot?>] = [:]
  /// `nil` where there is none.
  var sources: [SourceKey: Read<LivingSource?>] = [:]
}

extension DesiredInstance {
  /// The classes that a plan would make instances of, or move one to; each with the path of its key.
  func neededClasses(_ found: Found, _ reading: AccountReading) -> [(path: [String], key: OfferKey)] {
    guard state != .absent else { return [] }
    let version = version(of: found, reading)
    let classes = cloud.values[.instanceClass].map { [(["aws", "class"], $0, found.settings)] } ?? []
    let ofMembers = (cloud.members ?? [:]).sorted { $0.key < $1.key }.compactMap { name, values in
      values[.instanceClass].map { (["members", name, "class"], $0, found.member(name)?.settings) }
    }
    return (classes + ofMembers).filter { $0.2?.asked(.instanceClass) != $0.1 }
      .map { (path: $0.0, key: OfferKey(engine: cloud.engine, version: version, instanceClass: $0.1)) }
  }

  private func version(of found: Found, _ reading: AccountReading) -> String? {
    if let asked = found.askedVersion { return "\(asked)" }
    return cloud.inheritsVersion ? nil : (try? reading.versionToMake(self)).flatMap { $0 }.map { "\($0)" }
  }

  /// The group of subnets that it is to be made in, or moved to.
  func neededSubnetGroup(_ found: Found) -> String? {
    guard state != .absent, let group = cloud.values[.subnetGroup] else { return nil }
    return found.settings?.asked(.subnetGroup)?.lowercased() == group.lowercased() ? nil : group
  }

  func neededSnapshot(_ found: Found) -> String? {
    guard found == .absent, state != .absent, case .snapshot(let name)? = cloud.restoreFrom else { return nil }
    return name
  }
}

extension Found {
  fileprivate func member(_ name: String) -> RDSInstance? {
    guard case .cluster(_, let members) = self else { return nil }
    return members.first { $0.identifier.lowercased() == name.lowercased() }
  }
}

// MARK: What would be refused

extension AccountReading {
  /// What RDS would refuse of what the specs ask for, so far as it was asked beforehand.
  ///
  /// - Errors: where something that a plan needs to know can't be had. Leave to ask for offers is none of that: it is no
  ///   part of what planning needs, and the call itself tells in time.
  func objections(_ desired: DesiredInstance, _ found: Found) throws(ReadFailure) -> [Objection] {
    var objections: [Objection] = []
    for (path, key) in desired.neededClasses(found, self) {
      guard let offered = try allowed(offers.classes[key]) else { continue }
      objections += try classObjections(key, path, offered, desired, found)
    }
    if let group = desired.neededSubnetGroup(found), let groups = try allowed(offers.subnetGroups) {
      objections += objection(to: group, among: groups)
    }
    if let name = desired.neededSnapshot(found),
      let snapshot = try allowed(offers.snapshots[SnapshotKey(name: name, isOfCluster: desired.cloud.isCluster)])
    {
      objections += objection(to: name, snapshot)
      objections += desired.objection(toVersion: snapshot?.version, of: "`\(name)`")
    }
    if let key = desired.neededSource(found), let source = try allowed(offers.sources[key]) {
      objections += desired.objections(to: source, key)
    }
    return objections + copyObjections(desired)
  }

  private func allowed<Value>(_ read: Read<Value>?) throws(ReadFailure) -> Value? {
    guard case .failure(let failure)? = read else { return try read?.get() }
    guard failure.isDenied else { throw failure }
    return nil
  }

  private func classObjections(
    _ key: OfferKey, _ path: [String], _ offered: [Offer], _ desired: DesiredInstance, _ found: Found
  ) throws(ReadFailure) -> [Objection] {
    guard !offered.isEmpty else {
      let others = try allowed(offers.otherClasses[key]) ?? []
      let engine = key.version.map { "\(key.engine) \($0)" } ?? key.engine
      return [
        Objection(
          path, "RDS offers no class `\(key.instanceClass)` for \(engine) in \(desired.account.region)",
          hint: closest(key.instanceClass, in: others).map { "did you mean `\($0)`?" }
            ?? "see `aws rds describe-orderable-db-instance-options --engine \(key.engine)`")
      ]
    }
    return desired.cloud.isCluster ? [] : storageObjections(key, offered, desired, found)
  }

  private func storageObjections(
    _ key: OfferKey, _ offered: [Offer], _ desired: DesiredInstance, _ found: Found
  ) -> [Objection] {
    let wanted = desired.cloud.values
    guard let type = wanted[.storageType] ?? found.settings?.asked(.storageType) else { return [] }
    let ofType = offered.filter { $0.storageType == type }
    guard !ofType.isEmpty else {
      let types = Set(offered.compactMap(\.storageType)).sorted().joined(separator: ", ")
      return [
        Objection(
          ["aws", "storage", "type"], "`\(key.instanceClass)` can't have storage of type `\(type)`",
          hint: "it can have: \(types)")
      ]
    }
    guard let size = wanted[.storageSize].flatMap({ Int($0) }), let least = ofType.compactMap(\.smallest).min(),
      let most = ofType.compactMap(\.largest).max(), !(least...max(least, most)).contains(size)
    else { return [] }
    return [
      Objection(
        ["aws", "storage", "size"], "`\(key.instanceClass)` can't have \(size) GiB of storage of type `\(type)`",
        hint: "it can have \(least) to \(most)")
    ]
  }

  private func objection(to group: String, among groups: [String]) -> [Objection] {
    guard !groups.contains(where: { $0.lowercased() == group.lowercased() }) else { return [] }
    let hint =
      closest(group, in: groups).map { "did you mean `\($0)`?" }
      ?? (groups.isEmpty ? "there is none in this account and region" : "there are: \(shortList(groups))")
    return [Objection(["aws", "subnet_group"], "there is no subnet group `\(group)`", hint: hint)]
  }

  private func objection(to name: String, _ snapshot: RDSSnapshot?) -> [Objection] {
    guard let snapshot else {
      return [
        Objection(["restore_from"], "there is no snapshot `\(name)`", hint: "see `aws rds describe-db-snapshots`")
      ]
    }
    guard snapshot.status != "available" else { return [] }
    return [
      Objection(
        ["restore_from"], "the snapshot `\(name)` can't be restored: it is \(snapshot.status)",
        hint: snapshot.status == "creating" ? "wait until it is available" : "name another snapshot")
    ]
  }
}

private func shortList(_ names: [String]) -> String {
  names.sorted().prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
}
