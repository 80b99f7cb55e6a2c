/// One mistake in what the user wrote, or one thing there that deserves a second look.
package struct Diagnostic: Hashable, Sendable {
  package enum Severity: String, Hashable, Sendable { case error, warning }

  /// Another place that belongs to the mistake: where a key stood first, where a list was opened.
  package struct Related: Hashable, Sendable {
    package var note: String
    package var location: SourceLocation

    package init(_ note: String, at location: SourceLocation) {
      self.note = note
      self.location = location
    }
  }

  package var severity: Severity
  package var code: DiagnosticCode
  /// The fact, in the user's words.
  package var message: String
  package var location: SourceLocation?
  /// The next action, with the exact flag or key.
  package var hint: String?
  package var related: [Related]

  package init(
    _ code: DiagnosticCode, _ severity: Severity = .error, message: String,
    at location: SourceLocation? = nil, hint: String? = nil, related: [Related] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.location = location
    self.hint = hint
    self.related = related
  }
}

extension Sequence<Diagnostic> {
  /// True if at least one is an error, so that nothing may be planned.
  package var hasErrors: Bool { contains { $0.severity == .error } }

  /// In the order in which they are shown, each once: a value behind two aliases is read twice.
  package func sortedForDisplay() -> [Diagnostic] {
    Set(self).sorted { a, b in a.displayOrder < b.displayOrder }
  }
}

extension Diagnostic {
  fileprivate var displayOrder: DisplayOrder {
    DisplayOrder(location: location ?? .wholeFile(""), text: [code.rawValue, message, hint ?? ""])
  }
}

private struct DisplayOrder: Comparable {
  let location: SourceLocation
  let text: [String]

  static func < (a: DisplayOrder, b: DisplayOrder) -> Bool {
    a.location == b.location ? a.text.lexicographicallyPrecedes(b.text) : a.location < b.location
  }
}
