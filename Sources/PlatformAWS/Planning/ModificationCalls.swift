import Model
import Planner

/// Changing settings: one call for all of a member's that are made at one moment.
extension AWSOperations {
  func modifications(_ edits: [Edit]) -> [Operation] {
    var targets: [ModificationTarget] = []
    var values: [ModificationTarget: [ManagedField: String]] = [:]
    for case .setManaged(let member, let new, let moment) in edits {
      let target = ModificationTarget(member: member, moment: moment)
      if values[target] == nil { targets.append(target) }
      values[target, default: [:]].merge(new) { $1 }
    }
    return targets.map { modification($0, values[$0] ?? [:]) }
  }

  private func modification(_ target: ModificationTarget, _ values: [ManagedField: String]) -> Operation {
    let action: RDSAction = wanted.isCluster && target.member == nil ? .modifyCluster : .modifyInstance
    let former = before.managed?.settings(of: target.member) ?? ManagedSettings()
    let isDeferrable = values.contains { field, value in
      managedTiming(of: field, from: former.asked(field), to: value).isDeferrable
    }
    var form = RDSForm(action.rawValue)
    form.set(
      action == .modifyCluster ? "DBClusterIdentifier" : "DBInstanceIdentifier", target.member ?? names.identifier)
    // Never left to RDS, and never true without need: true puts everything in force that waits for the window.
    form.set("ApplyImmediately", target.moment == .now && isDeferrable)
    if isMajorUpgrade(to: values[.version]) { form.set("AllowMajorVersionUpgrade", true) }
    form.set(
      values.merging(companions(of: values, target.member)) { value, _ in value }, for: action,
      formerLogExports: former.asked(.logExports))
    if values[.masterPasswordManaged] == "false" {
      form.set("MasterUserPassword", wanted.masterPassword.map { .secret(reference: $0) })
    }
    return form.call()
  }

  private func isMajorUpgrade(to text: String?) -> Bool {
    guard let new = text.flatMap(ServerVersion.init), let old = before.version else { return false }
    return new.major != old.major
  }

  /// Values that RDS wants to hear again beside the ones that change.
  private func companions(of values: [ManagedField: String], _ member: String?) -> [ManagedField: String] {
    let settings = after.managed?.settings(of: member) ?? ManagedSettings()
    let declared = member.map { wanted.members?[$0] ?? [:] } ?? wanted.values
    var fields: [ManagedField] = []
    if values[.storageSize] != nil || values[.storageType] != nil {
      // Below a size, gp3 refuses to be told what it has anyway; io1 and io2 refuse not to be told.
      let isProvisioned = settings.asked(.storageType)?.hasPrefix("io") == true
      if isProvisioned || declared[.storageIOPS] != nil { fields.append(.storageIOPS) }
      if declared[.storageThroughput] != nil { fields.append(.storageThroughput) }
    }
    if values[.storageIOPS] != nil || values[.storageThroughput] != nil { fields.append(.storageSize) }
    if values[.serverlessMinimum] != nil || values[.serverlessMaximum] != nil {
      fields += [.serverlessMinimum, .serverlessMaximum]
    }
    if let interval = values[.monitoringInterval], interval != "0" { fields.append(.monitoringRole) }
    if values[.performanceInsightsRetention] != nil || values[.performanceInsightsKey] != nil {
      fields.append(.performanceInsights)
    }
    let pairs = fields.compactMap { field in (settings.asked(field) ?? declared[field]).map { (field, $0) } }
    return Dictionary(pairs) { first, _ in first }
  }
}

private struct ModificationTarget: Hashable {
  var member: String?
  var moment: ManagedMoment
}
