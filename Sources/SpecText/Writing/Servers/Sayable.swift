import Model

/// Which names of a server the language takes, by the rules of its reader: one that it refuses would make all specs
/// unreadable.
enum Sayable {
  static func declares(_ role: String) -> Bool { TextKind.declaredRole.fault(in: role) == nil }

  static func declares(database: String) -> Bool { TextKind.declaredDatabase.fault(in: database) == nil }

  static func declares(schema: String) -> Bool { TextKind.declaredSchema.fault(in: schema) == nil }

  /// Of a role where it is only named: as owner, as somebody who lends.
  static func names(_ role: String) -> Bool { TextKind.serverName.fault(in: role) == nil }

  /// `PUBLIC` means everybody, however it is quoted.
  static func names(_ grantee: Grantee) -> Bool {
    guard let role = grantee.role else { return true }
    return role.lowercased() != "public" && role != "none" && names(role)
  }

  static func names(_ object: String, _ kind: ObjectKind) -> Bool {
    let text: TextKind = kind == .function ? .functionSignature : .serverName
    return text.fault(in: object) == nil
  }
}
