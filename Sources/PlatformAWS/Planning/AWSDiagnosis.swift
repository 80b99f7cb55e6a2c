import Diagnostics
import Model
import Planner

extension AWSStepPlanner {
  package func diagnose(_ instance: DesiredInstance, observed: Observed, sources: SourceMap) -> [Diagnostic] {
    let diagnosis = AWSDiagnosis(instance: instance, observed: observed, sources: sources)
    return diagnosis.engine + diagnosis.creation + diagnosis.cluster + diagnosis.formulas
      + diagnosis.copies + diagnosis.objections
  }
}

/// What RDS would refuse, told before anything is asked of it.
private struct AWSDiagnosis {
  let instance: DesiredInstance
  let observed: Observed
  let sources: SourceMap

  private var wanted: DesiredManaged { instance.cloud }

  var engine: [Diagnostic] {
    guard let managed = observed.managed, managed.engine != wanted.engine,
      (managed.members != nil) == wanted.isCluster
    else { return [] }
    return [
      mistake(
        .platform, ["engine"], "`\(managed.identifier)` is of engine \(managed.engine), not \(wanted.engine)",
        hint: "check `identifier:` and `engine:`")
    ]
  }

  /// What the call that makes an instance can't do without.
  var creation: [Diagnostic] {
    guard observed.presence == .absent, instance.state != .absent, observed.evidence.isEmpty || instance.fresh else {
      return []
    }
    var missing: [String] = []
    switch wanted.creation {
    case .createInstance:
      missing = [ManagedField.instanceClass, .storageSize, .masterUser].filter { wanted.values[$0] == nil }
        .map(\.rawValue)
      if !hasMasterPassword { missing.append("aws.master.password") }
    case .createCluster:
      missing = wanted.values[.masterUser] == nil ? [ManagedField.masterUser.rawValue] : []
      if !hasMasterPassword { missing.append("aws.master.password") }
    case .createReplica, .restoreInstance, .restoreInstanceInTime, .restoreCluster, .restoreClusterInTime: break
    case .modifyInstance, .modifyCluster: preconditionFailure("they make nothing")
    }
    return missing.map { key in
      mistake(
        .missingKey, key.split(separator: ".").map(String.init), "`\(key)` is needed to make the instance",
        hint: key == "aws.master.password" ? "or `aws.master.managed_password: true`" : "add it to the instance")
    } + membersWithoutClass + parametersWithoutVersion
  }

  /// Groups of parameters are of one major version, and the source's isn't known before it is made.
  private var parametersWithoutVersion: [Diagnostic] {
    guard wanted.inheritsVersion, instance.version == nil, instance.parameters.values != nil else { return [] }
    return [
      mistake(
        .missingKey, ["parameters"], "`version` is needed to make a parameter group before the instance",
        hint: "write the major version of what it is made from")
    ]
  }

  private var hasMasterPassword: Bool {
    wanted.masterPassword != nil || wanted.values[.masterPasswordManaged] == "true"
  }

  private var membersWithoutClass: [Diagnostic] {
    (wanted.members ?? [:]).filter { $0.value[.instanceClass] == nil }.keys.sorted().map { name in
      mistake(
        .missingKey, ["members", name], "member `\(name)` has no class", hint: "add `class:` to it")
    }
  }

  /// Settings that the language has for plain instances and that a cluster leaves to its members, or to nobody.
  var cluster: [Diagnostic] {
    guard wanted.isCluster else { return [] }
    var diagnostics = wanted.values.keys.sorted().filter { !RDSAction.createCluster.takes($0) }.map { field in
      mistake(
        .conflict, field.rawValue.split(separator: ".").map(String.init),
        "`\(field.rawValue)` has no meaning for an Aurora cluster", hint: "write it with its members, or leave it out")
    }
    if wanted.backup?.copyTo?.isEmpty == false {
      diagnostics.append(
        mistake(
          .conflict, ["backup"], "automated backups of Aurora clusters can't be copied to other regions",
          hint: "leave `copy_to` out of the policy that clusters use"))
    }
    guard let old = observed.managed?.settings.values[.subnetGroup], let new = wanted.values[.subnetGroup], old != new
    else { return diagnostics }
    return diagnostics + [
      mistake(
        .platform, ["aws", "subnet_group"], "the cluster is in subnet group `\(old)` and can't be moved to `\(new)`",
        hint: "restore a snapshot of it into a new cluster there")
    ]
  }

  /// Values that RDS works out from the size of the instance.
  var formulas: [Diagnostic] {
    (instance.parameters.values ?? [:]).sorted { $0.key < $1.key }.compactMap { name, parameter in
      guard case .scalar(let text) = parameter.value, looksLikeFormula(text), !isFormula(text),
        [.integer, .real].contains(observed.parameters[name]?.definition.kind)
      else { return nil }
      return Diagnostic(
        .parameterValue, .error, message: "`\(text)` of `\(name)` is no formula that RDS knows",
        at: sources.location(of: parameter.document.appending(name)),
        hint: "such as `{DBInstanceClassMemory/32768}` or `LEAST({DBInstanceClassMemory/9531392},5000)`")
    }
  }

  /// What is encrypted is copied with a key of the place that it goes to, and can be shared only where its own key can.
  var copies: [Diagnostic] {
    guard let backup = wanted.backup, instance.state != .absent else { return [] }
    let isEncrypted = observed.managed?.settings.values[.storageEncrypted] ?? wanted.values[.storageEncrypted]
    guard isEncrypted == "true" else { return [] }
    let begun = observed.managed?.backupCopies ?? []
    let regions = (backup.copyTo ?? []).filter { backup.copyKeys[$0] == nil && !begun.contains($0) }
    return regions.map { region in
      mistake(
        ofCopies: "it is encrypted, and copies in \(region) need a `kms_key`",
        hint: "write `{ region: \(region), kms_key: alias/aws/rds }`, or another key of that region")
    } + backup.copies.compactMap { hasOwnKey ? withoutKey($0) : withDefaultKey($0) }
  }

  /// Of an instance that is there RDS tells the key's ARN, and not whose key it is: then the call tells.
  private var hasOwnKey: Bool {
    let key = observed.managed?.settings.values[.storageKey] ?? wanted.values[.storageKey]
    return key.map { !$0.hasSuffix("alias/aws/rds") } ?? (observed.presence != .absent)
  }

  private func withDefaultKey(_ copy: DesiredCopy) -> Diagnostic? {
    mistake(
      ofCopies: "the key that RDS encrypts with by itself is shared with nobody, so account \(copy.target.account) "
        + "can't copy a snapshot", hint: "write `aws: { storage: { kms_key: … } }` of a key of your own")
  }

  private func withoutKey(_ copy: DesiredCopy) -> Diagnostic? {
    guard copy.key == nil else { return nil }
    return mistake(
      ofCopies: "it is encrypted, and account \(copy.target) needs a `kms_key` to copy a snapshot",
      hint: "write `kms_key` of a key of that account and region")
  }

  private func mistake(ofCopies message: String, hint: String) -> Diagnostic {
    Diagnostic(
      .platform, .error, message: "`\(instance.name)`: \(message)", at: locationOfCopies, hint: hint)
  }

  /// `copy_to` of the policy that the instance names.
  private var locationOfCopies: SourceLocation? {
    let place = wanted.backup.map { Address(["backup-policy", $0.policy, "aws", "copy_to"]) }
    return place.flatMap { sources.location(of: $0) } ?? sources.location(of: instance.address.appending("backup"))
  }

  /// What RDS itself said beforehand.
  var objections: [Diagnostic] {
    guard observed.evidence.isEmpty || instance.fresh || wanted.restoreFrom != nil else { return [] }
    return observed.objections.map {
      $0.path == Objection.copies
        ? mistake(ofCopies: $0.message, hint: $0.hint) : mistake(.platform, $0.path, $0.message, hint: $0.hint)
    }
  }

  private func mistake(
    _ code: DiagnosticCode, _ path: [String], _ message: String, hint: String
  ) -> Diagnostic {
    let address = instance.address.appending(path)
    return Diagnostic(code, .error, message: message, at: sources.location(of: address), hint: hint)
  }
}
