import Model

/// What `grants:` has words for, told by its own tables.
enum GrantWords {
  static let hasGrantOption = Language.grant["grant_option"] != nil
  /// `state: absent`; and with it entries for all schemas of a database.
  static let hasAbsence = Language.grant["state"] != nil
  static let hasColumns = TextKind.tablePrivilege.fault(in: "select (id)") == nil
  /// `in:` takes a list.
  static let hasPlaceLists = hasAbsence

  static func has(_ kind: ObjectKind) -> Bool {
    switch kind {
    case .database, .schema: true
    case .column: hasColumns
    case .table, .sequence, .function, .type, .language, .foreignDataWrapper, .foreignServer, .largeObject, .tablespace,
      .parameter:
      Language.grant[kind.rawValue] != nil
    }
  }

  /// Whether the kind has a plural key that a person would use for all objects there are.
  static func hasPlural(_ kind: ObjectKind) -> Bool {
    switch kind {
    case .table, .sequence, .function, .type, .largeObject: Language.grant[kind.plural] != nil
    case .database, .schema, .column, .language, .foreignDataWrapper, .foreignServer, .tablespace, .parameter: false
    }
  }

  /// In the order in which they are written.
  static let kinds = ObjectKind.allCases.filter { $0 != .database && $0 != .schema && $0 != .column }

  /// What a server has and this version has no words for, as a sentence.
  static let notLookedAt: String = {
    let kinds = ObjectKind.allCases.filter { !has($0) }.map(\.pluralWords).joined(separator: ", ")
    var things = kinds.isEmpty ? [] : ["privileges on \(kinds)"]
    if Language.access["policies"] == nil { things.append("row security") }
    things.append("settings of all roles together")
    return "Not looked at: \(things.joined(separator: "; "))."
  }()
}
