import Model

extension ManagedState {
  /// What is done at once replaces what waits; what waits leaves the value in force alone.
  fileprivate mutating func set(_ values: [ManagedField: String], of member: String?, _ moment: ManagedMoment) {
    guard var settings = settings(of: member) else { return }
    let former = settings.values[.parameterGroup]
    for (field, value) in values {
      switch moment {
      case .now:
        settings.values[field] = value
        settings.pending[field] = nil
      case .window: settings.pending[field] = settings.values[field] == value ? nil : value
      }
    }
    replace(settings, of: member)
    settle()
    if member == nil, let former, let new = values[.parameterGroup], moment == .now, new != former {
      swapGroup(from: former, to: new)
    }
  }

  /// A group of our own that nothing uses any more stays behind; the new one is in force after a restart.
  private mutating func swapGroup(from former: String, to new: String) {
    formerGroups.removeAll { $0 == new }
    if owns(group: former), former != group?.name { formerGroups.append(former) }
    formerGroups.sort()
    awaitRestart()
  }

  /// A cluster's group is that of its members.
  fileprivate mutating func awaitRestart() {
    guard let names = members?.keys else {
      settings.awaitsRestart = true
      return
    }
    for name in names { members?[name]?.settings.awaitsRestart = true }
  }

  /// What was busy has come to rest when the next thing is asked of it.
  private mutating func settle() {
    if activity == .busy { activity = .settled }
    for name in (members ?? [:]).keys where members?[name]?.activity == .busy { members?[name]?.activity = .settled }
  }

  mutating func addMember(_ name: String, _ values: [ManagedField: String]) {
    let isFirst = members?.isEmpty ?? true
    members?[name] = ManagedMember(
      status: "available", activity: .settled, settings: ManagedSettings(values: values), isWriter: isFirst)
  }

  /// Without its writer a cluster fails over.
  mutating func removeMember(_ name: String) {
    let wasWriter = members?[name]?.isWriter ?? false
    members?[name] = nil
    guard wasWriter, let heir = members?.keys.min() else { return }
    members?[heir]?.isWriter = true
  }

  mutating func copyBackups(to region: String, _ copied: Bool) {
    backupCopies.removeAll { $0 == region }
    if copied { backupCopies = (backupCopies + [region]).sorted() }
  }

  private mutating func replace(_ settings: ManagedSettings, of member: String?) {
    if let member { members?[member]?.settings = settings } else { self.settings = settings }
  }
}

extension Observed {
  /// The newest snapshot that Holdfast took, which it needs no name for.
  private func label(_ label: String?) -> String? {
    guard label == nil, let identifier = managed?.identifier else { return label }
    let ours = (backup?.backups ?? []).filter { DesiredManaged.moment(ofSnapshot: $0.label, of: identifier) != nil }
    return ours.map(\.label).max()
  }

  /// The account keeps its leave to copy until it is taken back.
  mutating func copySnapshot(_ label: String?, to target: CopyTarget) {
    guard let label = self.label(label), var managed,
      let taken = Timestamp(compact: String(label.suffix(14)))
    else { return }
    let share = SnapshotShare(account: target.account, label: label)
    if !managed.snapshotShares.contains(share) { managed.snapshotShares.append(share) }
    let copy = SnapshotCopy(target: target, label: label, taken: taken, state: .finished)
    managed.snapshotCopies = (managed.snapshotCopies ?? []).filter { $0.target != target || $0.label != label } + [copy]
    self.managed = managed
  }

  mutating func endSharing(_ label: String?, with account: String) {
    guard let label = self.label(label) else { return }
    managed?.snapshotShares.removeAll { $0 == SnapshotShare(account: account, label: label) }
  }

  mutating func setManaged(_ values: [ManagedField: String], of member: String?, _ moment: ManagedMoment) {
    managed?.set(values, of: member, moment)
    if moment == .now, member == nil, let version = values[.version].flatMap({ ServerVersion($0) }) {
      self.version = version
    }
  }

  /// An empty group of that name; it is the layer from now on.
  mutating func createGroup(_ group: ParameterGroup) {
    if managed == nil { preparedGroup = group } else { managed?.group = group }
    layer = [:]
    for name in parameters.keys { parameters[name]?.pendingRestart = false }
  }

  mutating func removeGroup(_ name: String) {
    managed?.formerGroups.removeAll { $0 == name }
    leftGroups?.removeAll { $0 == name }
    if preparedGroup?.name == name { preparedGroup = nil }
    guard managed?.group?.name == name else { return }
    managed?.group = nil
    layer = [:]
  }

  /// Static parameters of a group that is attached wait for a restart; which values are in force, only a look tells.
  mutating func setInGroup(_ name: String, _ value: String?) {
    guard layer[name] != value else { return }
    layer[name] = value
    guard let attached = managed?.settings.values[.parameterGroup], attached == managed?.group?.name,
      parameters[name]?.definition.context.needsRestart == true
    else { return }
    parameters[name]?.pendingRestart = true
    managed?.awaitRestart()
  }

  /// Restarts the instance, or one member of its cluster.
  mutating func restart(_ member: String?) {
    if let member {
      managed?.members?[member]?.settings.awaitsRestart = false
    } else {
      managed?.settings.awaitsRestart = false
    }
    guard managed?.awaitsRestart == false else { return }
    for name in parameters.keys { parameters[name]?.pendingRestart = false }
  }
}

extension ManagedState {
  fileprivate var awaitsRestart: Bool {
    settings.awaitsRestart || members?.values.contains { $0.settings.awaitsRestart } == true
  }
}
