import Model

/// Which roles of a server its specs declare, and which they only refer to.
struct DeclaredRoles {
  let names: Set<String>
  /// The bootstrap superuser and what a cloud keeps for itself: no line of a spec may ever change them.
  let reserved: [String]
  /// Those whose names the language refuses.
  let unsayable: [String]

  init(of observed: Observed) {
    let own = observed.roles.keys.filter { !$0.hasPrefix("pg_") }
    let isReserved = { (name: String) in
      name == observed.trueBootstrapSuperuser || observed.service?.reserves(name) == true
    }
    reserved = own.filter(isReserved).sorted()
    unsayable = own.filter { !isReserved($0) && !Sayable.declares($0) }.sorted()
    names = Set(own.filter { !isReserved($0) && Sayable.declares($0) })
  }

  func contains(_ grantee: Grantee) -> Bool { grantee.role.map(names.contains) ?? false }
}

extension Observed {
  /// Who owns `template1` is no more than a sign: on a cloud's server that may be anybody.
  fileprivate var trueBootstrapSuperuser: String? {
    bootstrapSuperuser.flatMap { roles[$0]?.attributes.superuser == true ? $0 : nil }
  }
}
