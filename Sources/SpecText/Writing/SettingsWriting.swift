import Model

/// The settings of an instance, or of a member, as the block of a spec: what they are, and what they were asked to be.
///
/// What is switched off is left out, for unset means unmanaged, except where it being off is what somebody answers for:
/// one zone, no encryption, no public address, no upgrades.
struct SettingsWriting {
  private let settings: ManagedSettings
  private let window: Timestamp?
  var block: YAMLMapping

  init(_ settings: ManagedSettings, window: Timestamp?, layout: YAMLMapping.Layout) {
    (self.settings, self.window, block) = (settings, window, YAMLMapping(layout))
  }

  mutating func addMember() {
    add(.instanceClass, "class")
    add(.failoverTier, "failover_tier")
    addShared()
  }

  /// A cluster has its classes and zones in its members, and storage that grows by itself: of those there is nothing here.
  mutating func addInstance(isCluster: Bool) {
    add(.instanceClass, "class")
    addStorage()
    if isCluster { addServerless() }
    add(.multiAZ, "multi_az")
    add(.subnetGroup, "subnet_group")
    addList(.securityGroups, "security_groups")
    if settings.asked(.port) != standardPort { add(.port, "port") }
    if settings.asked(.networkType) != "IPV4" { add(.networkType, "network_type") }
    addMaster()
    addIfOn(.iamAuthentication, "iam_authentication")
    add(.maintenanceWindow, "maintenance_window")
    addIfOn(.copyTagsToSnapshots, "copy_tags_to_snapshots")
    addList(.logExports, "log_exports")
    if let group = settings.asked(.optionGroup), !group.hasPrefix("default:") { add(.optionGroup, "option_group") }
    addShared()
  }

  /// What a plain instance and a member both have.
  private mutating func addShared() {
    add(.publicAccess, "public")
    add(.autoMinorUpgrade, "auto_minor_upgrade")
    add(.certificateAuthority, "certificate_authority")
    addPerformanceInsights()
    addMonitoring()
  }

  private mutating func addStorage() {
    var fields: [(ManagedField, String)] = [
      (.storageSize, "size"), (.storageMaximum, "max"), (.storageType, "type"),
    ]
    if hasOwnPerformance {
      fields.append((.storageIOPS, "iops"))
      if settings.asked(.storageType) == "gp3" { fields.append((.storageThroughput, "throughput")) }
    }
    fields.append((.storageEncrypted, "encrypted"))
    if settings.asked(.storageEncrypted) == "true" { fields.append((.storageKey, "kms_key")) }
    addBlock("storage", fields)
  }

  /// gp2 and magnetic storage have no such choice; below 400 GiB neither has gp3, whose baseline RDS then reports.
  ///
  /// - Source: Amazon RDS User Guide, "Amazon RDS DB instance storage", read 2026-11-22.
  private var hasOwnPerformance: Bool {
    switch settings.asked(.storageType) {
    case "io1", "io2": true
    case "gp3": settings.asked(.storageSize).flatMap { Int($0) }.map { $0 >= 400 } ?? false
    default: false
    }
  }

  private mutating func addServerless() {
    addBlock("serverless", [(.serverlessMinimum, "min"), (.serverlessMaximum, "max")])
  }

  private mutating func addMaster() {
    guard settings.asked(.masterPasswordManaged) == "true" else { return }
    addBlock(
      "master", [(.masterUser, "user"), (.masterPasswordManaged, "managed_password"), (.masterSecretKey, "kms_key")])
  }

  private mutating func addPerformanceInsights() {
    guard settings.asked(.performanceInsights) == "true" else { return }
    addBlock(
      "performance_insights",
      [
        (.performanceInsights, "enabled"), (.performanceInsightsRetention, "retention_days"),
        (.performanceInsightsKey, "kms_key"),
      ])
  }

  private mutating func addMonitoring() {
    guard let interval = settings.asked(.monitoringInterval), interval != "0", settings.asked(.monitoringRole) != nil
    else { return }
    addBlock("monitoring", [(.monitoringInterval, "interval"), (.monitoringRole, "role")])
  }

  /// Those of the settings that have a value, as one inline block.
  private mutating func addBlock(_ key: String, _ fields: [(field: ManagedField, key: String)]) {
    var inner = Self(settings, window: window, layout: .inline)
    for (field, key) in fields { inner.add(field, key) }
    block.add(key, nonEmpty: inner.block)
  }
}

// One setting.
extension SettingsWriting {
  private mutating func add(_ field: ManagedField, _ key: String) {
    guard let value = settings.asked(field), !value.isEmpty else { return }
    block.add(key, value, comment: comment(field))
  }

  private mutating func addIfOn(_ field: ManagedField, _ key: String) {
    if settings.asked(field) == "true" { add(field, key) }
  }

  private mutating func addList(_ field: ManagedField, _ key: String) {
    guard let value = settings.asked(field), !value.isEmpty else { return }
    block.add(key, .list(value.split(separator: ",").map(String.init)), comment: comment(field))
  }

  /// Of a value that was asked for and is not in force yet; `nil` of any other.
  func comment(_ field: ManagedField) -> String? {
    guard let pending = settings.pending[field], pending != settings.values[field] else { return nil }
    let until = window.map { ", until the window of \($0) at the earliest" } ?? ""
    return "asked for; \(settings.values[field].map { "\($0) is" } ?? "none is") in force\(until)"
  }
}

/// Of PostgreSQL, which RDS takes where nobody says.
private let standardPort = "5432"
