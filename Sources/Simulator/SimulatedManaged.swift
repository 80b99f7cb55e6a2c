import Model

extension ManagedState {
  /// What is done at once replaces what waits; what waits leaves the value in force alone.
  mutating func set(_ values: [ManagedField: String], of member: String?, _ moment: ManagedMoment) {
    guard var settings = settings(of: member) else { return }
    for (field, value) in values {
      switch moment {
      case .now:
        settings.values[field] = value
        settings.pending[field] = nil
      case .window: settings.pending[field] = settings.values[field] == value ? nil : value
      }
    }
    if values[.parameterGroup] != nil { settings.awaitsRestart = true }
    replace(settings, of: member)
  }

  mutating func addMember(_ name: String, _ values: [ManagedField: String]) {
    let isFirst = members?.isEmpty ?? true
    members?[name] = ManagedMember(
      status: "available", activity: .settled, settings: ManagedSettings(values: values), isWriter: isFirst)
  }

  mutating func copyBackups(to region: String, _ copied: Bool) {
    backupCopies.removeAll { $0 == region }
    if copied { backupCopies = (backupCopies + [region]).sorted() }
  }

  private mutating func replace(_ settings: ManagedSettings, of member: String?) {
    if let member { members?[member]?.settings = settings } else { self.settings = settings }
  }
}
