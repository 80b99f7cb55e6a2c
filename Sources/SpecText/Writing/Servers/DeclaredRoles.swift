import Model

/// Which roles of a server its specs declare, and which they only refer to.
struct DeclaredRoles {
  let names: Set<String>
  /// The bootstrap superuser and what a cloud keeps for itself: no line of a spec may ever change them.
  let reserved: [String]
  /// Those whose names the language refuses.
  let unsayable: [String]

  init(of observed: Observed) {
    let cloud = reservedNames(of: observed)
    let own = observed.roles.keys.filter { !$0.hasPrefix("pg_") }
    let isReserved = { (name: String) in
      name == observed.trueBootstrapSuperuser || cloud.contains { name.hasPrefix($0) }
    }
    reserved = own.filter(isReserved).sorted()
    unsayable = own.filter { !isReserved($0) && !Sayable.declares($0) }.sorted()
    names = Set(own.filter { !isReserved($0) && Sayable.declares($0) })
  }

  func contains(_ grantee: Grantee) -> Bool { grantee.role.map(names.contains) ?? false }
}

/// The beginnings of names that a cloud keeps, told by the role that only its servers have.
///
/// - Source: Amazon RDS, "Understanding the rds_superuser role"; Cloud SQL, "PostgreSQL users"; Azure Database for
///   PostgreSQL, "Users"; read 2026-11-22.
private func reservedNames(of observed: Observed) -> [String] {
  let clouds = [
    (mark: "rds_superuser", kept: ["rds_", "rdsadmin", "rdsrepladmin", "rdstopmgr"]),
    (mark: "cloudsqlsuperuser", kept: ["cloudsql"]),
    (mark: "azure_pg_admin", kept: ["azure_", "azuresu"]),
  ]
  return clouds.filter { observed.roles[$0.mark] != nil }.flatMap(\.kept)
}

extension Observed {
  /// Who owns `template1` is no more than a sign: on a cloud's server that may be anybody.
  fileprivate var trueBootstrapSuperuser: String? {
    bootstrapSuperuser.flatMap { roles[$0]?.attributes.superuser == true ? $0 : nil }
  }
}
