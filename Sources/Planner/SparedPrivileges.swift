import Model

/// What one grantee may hold on an object without any rule for it.
struct SparedPrivileges: Hashable {
  private(set) var privileges: PrivilegeSet = []
  private(set) var grantable: PrivilegeSet = []

  mutating func add(_ privileges: PrivilegeSet, grantable: PrivilegeSet) {
    self.privileges.formUnion(privileges)
    self.grantable.formUnion(grantable)
  }

  /// What a rule forbids for the very object is forbidden all the same.
  func without(_ absent: PrivilegeSet) -> SparedPrivileges {
    SparedPrivileges(privileges: privileges.subtracting(absent), grantable: grantable.subtracting(absent))
  }
}
