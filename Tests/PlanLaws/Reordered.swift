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
    return copy
  }
}

extension Database {
  fileprivate var reordered: Database {
    var copy = self
    copy.schemas = schemas.reordered
    copy.objects.states = objects.states.reordered
    copy.defaultPrivileges = defaultPrivileges.reordered
    return copy
  }
}

extension DesiredInstance {
  var reordered: DesiredInstance {
    var copy = self
    copy.databases = databases.reordered
    copy.parameters.values = parameters.values?.reordered
    copy.access.roles = access.roles.reordered
    return copy
  }
}
