import Model
import PostgresCatalog

extension DesiredInstance {
  /// Why it can't be said before the instance is there what lies inside it, or nobody could log in; `nil` where it can.
  fileprivate var reasonNotToAssume: String? {
    let wanted = cloud
    if wanted.restoreFrom != nil { return "a restored instance brings the roles and databases of its source" }
    guard let master = wanted.values[.masterUser] else { return "the spec names no master user" }
    for user in [connect.user, connect.applyUser].compactMap(\.self) where user != master {
      return "a new instance has no role `\(user)` to log in as, only its master user `\(master)`"
    }
    if connect.iam { return "a new instance takes no token of IAM before `\(master)` is granted `rds_iam`" }
    if wanted.values[.masterPasswordManaged] == "true" {
      return "RDS makes the password of `\(master)` along with the instance, and its secret has no name before"
    }
    if wanted.masterPassword != connect.password {
      return "`connect.password` is another reference than `aws.master.password`"
    }
    guard let version, version.below.map({ $0 <= ServerVersion(major: version.atLeast.major + 1) }) ?? false else {
      return "`version` leaves it open which major version is made"
    }
    return nil
  }
}

extension Observed {
  /// What the catalogs of a fresh instance hold, so far as a diff can hang on it. What one does hang on is looked at
  /// again once the instance is there, before anything is done inside.
  ///
  /// - Source: Amazon RDS User Guide, "Understanding PostgreSQL roles and permissions", "Understanding the rds_superuser
  ///   role", read 2026-11-22. That the databases are the master user's, and `template0` and `rdsadmin` are not, is assumed,
  ///   and looked at once the instance is there.
  mutating func addInside(of instance: DesiredInstance) {
    // What lies inside a replica is its source's, and is not compared.
    if instance.cloud.replicaOf != nil { return }
    unknownInside = instance.reasonNotToAssume
    guard unknownInside == nil, let version, let master = instance.cloud.values[.masterUser] else { return }
    roles = freshRoles(major: version.major, master: master)
    memberships = freshMemberships(major: version.major, master: master)
    databases = freshDatabases(version: version, master: master)
    initialSuperuser = rdsadmin
    clientConnections = 0
    capabilities = Capabilities(
      of: master, roles: roles, memberships: memberships, version: version, allowsAlterSystem: false)
    // A password can't be compared: nobody but RDS reads pg_authid.
    for name in roles.keys { roles[name]?.password = .unknown(because: "\(master) may not read pg_authid") }
  }
}

/// The only superuser there is, and RDS's own.
private let rdsadmin = "rdsadmin"

private func freshRoles(major: Int, master: String) -> [String: Role] {
  let own = ["rds_ad", "rds_iam", "rds_password", "rds_replication", "rds_superuser", "rdsrepladmin"]
  var roles = Dictionary(uniqueKeysWithValues: (predefinedRoles(major: major) + own).map { ($0, Role()) })
  var (owner, user) = (RoleAttributes(), RoleAttributes())
  (owner.login, owner.superuser, owner.createDatabase, owner.createRole) = (true, true, true, true)
  (owner.replication, owner.bypassRowSecurity) = (true, true)
  (user.login, user.createDatabase, user.createRole) = (true, true, true)
  roles[rdsadmin] = Role(attributes: owner)
  roles[master] = Role(attributes: user)
  return roles
}

private func freshMemberships(major: Int, master: String) -> [Membership] {
  let states: Bool? = major >= 16 ? true : nil
  let lent = ["pg_monitor", "pg_signal_backend", "rds_password", "rds_replication"].map { role in
    Membership(
      role: role, member: "rds_superuser", grantor: rdsadmin, admin: true, inherit: states, set: states)
  }
  let own = Membership(role: "rds_superuser", member: master, grantor: rdsadmin, inherit: states, set: states)
  return (predefinedMemberships(major: major, superuser: rdsadmin) + lent + [own]).sorted()
}

private func freshDatabases(version: ServerVersion, master: String) -> [String: Database] {
  let maintenance = freshDatabase(version: version, owner: master, superuser: rdsadmin)
  var template = maintenance
  template.acl = templateACL(version: version, owner: master)
  let closed = Database(owner: rdsadmin, acl: templateACL(version: version, owner: rdsadmin), isRead: false)
  return ["postgres": maintenance, "template1": template, "template0": closed, rdsadmin: closed]
}
