import Model

extension Dictionary {
  /// The same pairs in storage of another size, so that iterating gives them in another order.
  fileprivate var reordered: Dictionary {
    var copy = Dictionary(minimumCapacity: count * 8 + 64)
    for (key, value) in self.reversed() { copy[key] = value }
    return copy
  }
}

extension Observed {
  var reordered: Observed {
    var copy = self
    copy.parameters = parameters.reordered
    copy.layer = layer.reordered
    copy.roles = roles.reordered
    copy.databases = databases.mapValues(\.reordered).reordered
    if let managed { copy.managed = managed.reordered }
    return copy
  }
}

extension ManagedState {
  fileprivate var reordered: ManagedState {
    var copy = self
    copy.settings = settings.reordered
    copy.tags = tags.reordered
    copy.members =
      members?.mapValues { member in
        var copy = member
        copy.settings = member.settings.reordered
        return copy
      }.reordered
    return copy
  }
}

extension ManagedSettings {
  fileprivate var reordered: ManagedSettings {
    var copy = self
    (copy.values, copy.pending) = (values.reordered, pending.reordered)
    return copy
  }
}

extension Database {
  fileprivate var reordered: Database {
    var copy = self
    copy.schemas = schemas.reordered
    copy.objects.states = objects.states.reordered
    copy.defaultPrivileges = defaultPrivileges.reordered
    copy.rowSecurity.tables =
      rowSecurity.tables.mapValues { RowSecurity(enforcement: $0.enforcement, policies: $0.policies.reordered) }
      .reordered
    copy.rowSecurity.readings = rowSecurity.readings.reordered
    return copy
  }
}

extension DesiredInstance {
  var reordered: DesiredInstance {
    var copy = self
    copy.databases = databases.reordered
    copy.parameters.values = parameters.values?.reordered
    copy.access.roles = access.roles.reordered
    for index in access.rowSecurity.indices {
      copy.access.rowSecurity[index].policies = access.rowSecurity[index].policies?.reordered
    }
    copy.labels = labels.reordered
    copy.managed?.values = managed?.values.reordered ?? [:]
    copy.managed?.members = managed?.members?.mapValues(\.reordered).reordered
    return copy
  }
}
