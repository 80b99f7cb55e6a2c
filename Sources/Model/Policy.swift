/// A policy of row security on a table.
package struct Policy: Hashable, Sendable, Codable {
  package enum Command: String, Hashable, Sendable, Codable, CaseIterable {
    case all, select, insert, update, delete
  }

  package enum Field: String, Hashable, Sendable, Codable, CaseIterable {
    case permissive, command, roles, using, check
  }

  /// What permissive policies let through, a restrictive one can still hold back.
  package var isPermissive: Bool
  package var command: Command
  /// Sorted; never empty.
  package var roles: [Grantee]
  /// Which rows are seen: an expression as its author or the server wrote it; `nil` where there is none.
  package var using: String?
  /// Which rows may be written.
  package var check: String?

  /// As `CREATE POLICY` makes it where nothing is said.
  package init(
    isPermissive: Bool = true, command: Command = .all, roles: [Grantee] = [.everybody], using: String? = nil,
    check: String? = nil
  ) {
    (self.isPermissive, self.command, self.roles) = (isPermissive, command, roles.sorted())
    (self.using, self.check) = (using, check)
  }

  /// The value as it is shown and kept in facts.
  package func text(of field: Field) -> String? {
    switch field {
    case .permissive: isPermissive ? "yes" : "no"
    case .command: command.rawValue
    case .roles: roles.map(\.listed).joined(separator: ", ")
    case .using: using
    case .check: check
    }
  }

  package mutating func copy(_ field: Field, from other: Policy) {
    switch field {
    case .permissive: isPermissive = other.isPermissive
    case .command: command = other.command
    case .roles: roles = other.roles
    case .using: using = other.using
    case .check: check = other.check
    }
  }
}

extension Policy.Field {
  /// The key of the specs.
  package var label: String {
    switch self {
    case .permissive: "permissive"
    case .command: "command"
    case .roles: "to"
    case .using: "using"
    case .check: "check"
    }
  }
}

extension Grantee {
  /// In a list with others: quoted where it could be read as two of them, or as everybody.
  fileprivate var listed: String {
    guard let role else { return "PUBLIC" }
    return role == "PUBLIC" || role.contains(",") || role.contains("\"") ? "\"\(role)\"" : role
  }
}
