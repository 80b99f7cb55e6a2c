import Diagnostics

/// What `validate` found, as JSON.
package func diagnosticsJSON(_ diagnostics: [Diagnostic], documents: Int? = nil, exitStatus: Int) -> String {
  jsonText(DiagnosticsDocument(diagnostics, documents: documents, exitStatus: exitStatus))
}

/// The last line of `validate`: `No mistakes in 14 documents.` or `2 errors, 1 warning in 14 documents.`
package func diagnosticsSummary(_ diagnostics: [Diagnostic], documents: Int) -> String {
  let found = summary(of: diagnostics.sortedForDisplay())
  return "\(found.isEmpty ? "No mistakes" : found) in \(counted(documents, "document"))."
}

private struct DiagnosticsDocument: Encodable {
  let formatVersion = jsonFormatVersion
  let kind = "diagnostics"
  let exitStatus: Int
  let documents: Int?
  let errors: Int
  let warnings: Int
  let diagnostics: [DiagnosticDocument]

  init(_ diagnostics: [Diagnostic], documents: Int?, exitStatus: Int) {
    let sorted = diagnostics.sortedForDisplay()
    (self.exitStatus, self.documents) = (exitStatus, documents)
    errors = sorted.count { $0.severity == .error }
    warnings = sorted.count - errors
    self.diagnostics = sorted.map(DiagnosticDocument.init)
  }
}

private struct DiagnosticDocument: Encodable {
  let severity: String
  let code: String
  let message: String
  let hint: String?
  let location: LocationDocument?
  let related: [RelatedDocument]

  init(_ diagnostic: Diagnostic) {
    (severity, code) = (diagnostic.severity.rawValue, diagnostic.code.rawValue)
    (message, hint) = (diagnostic.message, diagnostic.hint)
    location = diagnostic.location.map(LocationDocument.init)
    related = diagnostic.related.map(RelatedDocument.init)
  }
}

private struct RelatedDocument: Encodable {
  let note: String
  let location: LocationDocument

  init(_ related: Diagnostic.Related) {
    (note, location) = (related.note, LocationDocument(related.location))
  }
}
