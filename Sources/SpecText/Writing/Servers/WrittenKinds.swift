import Model

extension ObjectKind {
  /// Whether a person would use a plural key for all objects of the kind that there are.
  var hasPlural: Bool {
    switch self {
    case .table, .sequence, .function, .type, .largeObject: true
    case .database, .schema, .column, .language, .foreignDataWrapper, .foreignServer, .tablespace, .parameter: false
    }
  }

  /// Those with keys of their own in `grants:`, in the order in which they are written.
  static let written = allCases.filter { $0 != .database && $0 != .schema && $0 != .column }
}
