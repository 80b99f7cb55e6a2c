import Diagnostics
import Model

/// How many grantees one list holds. The row of a table, column, sequence or large object has to fit one page of its catalog,
/// and is never stored elsewhere; all other kinds have lists of any length.
///
/// How many fit depends on how well the list compresses, and so on the numbers that the server gave the roles: of one privilege
/// for roles that were made in a row 2,440, for roles made over the years 2,070, of various privileges 1,740.
///
/// - Source: "row is too big", measured on PostgreSQL 15.20 and 18.6, which are alike. The length of names is of no matter.
private enum GrantLimit {
  static let most = 2_300
  static let alwaysFits = 1_000

  static func holds(of kind: ObjectKind) -> Bool {
    switch kind {
    case .table, .column, .sequence, .largeObject: true
    case .database, .schema, .function, .type, .language, .foreignDataWrapper, .foreignServer, .tablespace, .parameter:
      false
    }
  }
}

extension PlanBuilder {
  /// Whether the server can keep the list. One that is long already may get shorter.
  mutating func fits(_ acl: ACL, _ list: ComparedList) -> Bool {
    let count = acl.entries.count
    guard GrantLimit.holds(of: list.group.kind), count > GrantLimit.alwaysFits, count > list.acl.entries.count else {
      return true
    }
    let place = list.group.address(in: desired.name)
    let advice = "grant to a group role, and make the others members of it"
    guard count > GrantLimit.most else {
      note(
        place,
        "\(count) roles would hold privileges on it directly, and PostgreSQL keeps between \(GrantLimit.alwaysFits) and "
          + "\(GrantLimit.most) in one list: the server may refuse it (row is too big), and then nothing of its step is "
          + "done; \(advice)")
      return true
    }
    fail(
      .tooManyGrantees,
      "\(count) roles would hold privileges on \(place) directly, and PostgreSQL keeps \(GrantLimit.most) in one list at best",
      at: list.grants.values.map(\.rule).min() ?? address, hint: advice)
    return false
  }
}
