import Model

/// An object that an extension brought, with what was granted on it since.
struct ExtensionObject {
  let id: ObjectID
  let state: ObjectState
  /// The list that the extension's script left.
  let left: ACL

  /// What its list says beyond the script's: that is all that specs have to say. What may be granted on needs no entry
  /// beside the one that says so.
  var layers: [GrantLayer: [Grantee: PrivilegeSet]] {
    var layers: [GrantLayer: [Grantee: PrivilegeSet]] = [:]
    for grantee in Set(state.acl.entries.map(\.grantee)) where grantee != .role(state.owner) {
      let option = state.acl.entries.grantable { $0 == grantee }
        .subtracting(left.entries.grantable { $0 == grantee })
      let more = state.acl.privileges(of: grantee).subtracting(left.privileges(of: grantee)).subtracting(option)
      if !more.isEmpty { layers[.plain, default: [:]][grantee] = more }
      if !option.isEmpty { layers[.grantable, default: [:]][grantee] = option }
    }
    let less = left.privileges(of: .everybody).subtracting(state.acl.privileges(of: .everybody))
    if !less.isEmpty { layers[.absent] = [.everybody: less] }
    return layers
  }
}
