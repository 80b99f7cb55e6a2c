/// The attributes of a role that `CREATE ROLE` and `ALTER ROLE` set.
package struct RoleAttributes: Hashable, Sendable, Codable {
  package var login = false
  package var superuser = false
  package var createDatabase = false
  package var createRole = false
  package var inherit = true
  package var replication = false
  package var bypassRowSecurity = false
  /// Counts connections; `nil` where there is no limit (-1 in the catalogs).
  package var connectionLimit: Int?
  /// When the password stops being accepted; `nil` for never.
  package var passwordValidUntil: Timestamp?

  package init() {}

  package enum Field: String, CaseIterable, Sendable, Codable, Hashable, Comparable {
    case login, superuser, createDatabase, createRole, inherit, replication, bypassRowSecurity
    case connectionLimit, passwordValidUntil

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Its key in specs.
    package var key: String {
      switch self {
      case .login: "login"
      case .superuser: "superuser"
      case .createDatabase: "create_database"
      case .createRole: "create_role"
      case .inherit: "inherit"
      case .replication: "replication"
      case .bypassRowSecurity: "bypass_row_security"
      case .connectionLimit: "connection_limit"
      case .passwordValidUntil: "valid_until"
      }
    }
  }

  /// The value as it is shown and kept in facts.
  package func text(of field: Field) -> String {
    switch field {
    case .login: yesNo(login)
    case .superuser: yesNo(superuser)
    case .createDatabase: yesNo(createDatabase)
    case .createRole: yesNo(createRole)
    case .inherit: yesNo(inherit)
    case .replication: yesNo(replication)
    case .bypassRowSecurity: yesNo(bypassRowSecurity)
    case .connectionLimit: connectionLimit.map { "\($0)" } ?? "none"
    case .passwordValidUntil: passwordValidUntil.map { "\($0)" } ?? "never"
    }
  }

  private func yesNo(_ value: Bool) -> String { value ? "yes" : "no" }
}

/// A role as it stands in the catalogs. Roles named `pg_…` are in it too: privileges and memberships name them.
package struct Role: Hashable, Sendable, Codable {
  package var attributes = RoleAttributes()
  package var comment: String?
  package var password = PasswordState.unknown(because: "not read")

  package init(attributes: RoleAttributes = RoleAttributes(), comment: String? = nil) {
    (self.attributes, self.comment) = (attributes, comment)
  }
}

/// What is known of a role's password, judged at the edge against the reference of the specs, so that neither the
/// password nor its verifier is ever a value of the model.
package enum PasswordState: Hashable, Sendable, Codable {
  case none
  /// There is one; the specs name no reference to hold it against.
  case present
  case matches(reference: SecretRef)
  case differs(reference: SecretRef)
  case unknown(because: String)
}

/// One edge of membership.
package struct Membership: Hashable, Sendable, Codable, Comparable {
  /// The role whose privileges are lent.
  package var role: String
  package var member: String
  package var grantor: String
  package var admin: Bool
  /// `nil` before PostgreSQL 16, where the member's own `INHERIT` decides.
  package var inherit: Bool?
  /// `nil` before PostgreSQL 16, where every member may `SET ROLE`.
  package var set: Bool?

  package init(
    role: String, member: String, grantor: String, admin: Bool = false, inherit: Bool? = nil, set: Bool? = nil
  ) {
    (self.role, self.member, self.grantor) = (role, member, grantor)
    (self.admin, self.inherit, self.set) = (admin, inherit, set)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.role, left.member, left.grantor) < (right.role, right.member, right.grantor)
  }

  /// Before 16 there is one edge between two roles, whoever granted it; from 16 on one for each grantor.
  package func isSameEdge(as other: Membership, version: ServerVersion?) -> Bool {
    role == other.role && member == other.member && (grantor == other.grantor || (version?.major ?? 15) < 16)
  }

  /// Whether the server made it by itself: from 16 on whoever creates a role without being a superuser gets ADMIN on it.
  /// Only a superuser can revoke such an edge, and a superuser who grants the same makes an edge that looks the same.
  ///
  /// - Source: PostgreSQL 16 documentation, "CREATE ROLE", Notes.
  package func isAutomatic(for observed: Observed) -> Bool {
    admin && inherit == false && set == false && grantor == observed.bootstrapSuperuser
  }
}

extension Observed {
  /// The role of OID 10. Where that wasn't read it is the owner of `template1`: nobody is known to have given it away.
  package var bootstrapSuperuser: String? { initialSuperuser ?? databases["template1"]?.owner }
}

/// Where a setting of `ALTER ROLE … SET` or `ALTER DATABASE … SET` stands; without a role it is for all roles, without a
/// database for all databases.
package struct SettingScope: Hashable, Sendable, Codable, Comparable {
  package var role: String?
  package var database: String?

  package init(role: String? = nil, database: String? = nil) { (self.role, self.database) = (role, database) }

  package static func < (left: Self, right: Self) -> Bool {
    (left.role ?? "", left.database ?? "") < (right.role ?? "", right.database ?? "")
  }
}

package struct ScopedSetting: Hashable, Sendable, Codable, Comparable {
  package var scope: SettingScope
  package var name: String
  package var value: String

  package init(scope: SettingScope, name: String, value: String) {
    (self.scope, self.name, self.value) = (scope, name, value)
  }

  package static func < (left: Self, right: Self) -> Bool { (left.scope, left.name) < (right.scope, right.name) }
}
