import Diagnostics

/// The effective values at one address, and where each was written.
package struct Explanation: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package var name: String
    /// `nil` where the field is unmanaged.
    package var value: String?
    package var location: SourceLocation?
    /// The document that set it, or what it follows from: `parameters/oltp`, `default`.
    package var origin: String?

    package init(name: String, value: String?, location: SourceLocation? = nil, origin: String? = nil) {
      (self.name, self.value, self.location, self.origin) = (name, value, location, origin)
    }
  }

  package var address: String
  package var fields: [Field]

  package init(address: String, fields: [Field]) { (self.address, self.fields) = (address, fields) }
}

/// `explain` for people: a field a line, with the place that set it.
package func renderExplanation(_ explanation: Explanation, style: TextStyle) -> String {
  var page = TextPage(style)
  page.heading(explanation.address)
  for field in explanation.fields {
    let origins = [field.location.map { shown($0) }, field.origin].compactMap { $0 }
    let origin = origins.isEmpty ? "" : "  (\(origins.joined(separator: ", ")))"
    page.line("\(field.name): \(field.value.map { shown($0) } ?? "unmanaged")\(origin)", indent: 2)
  }
  return page.text
}

package func renderExplanationJSON(_ explanation: Explanation) -> String {
  jsonText(ExplanationDocument(explanation))
}

private struct ExplanationDocument: Encodable {
  let formatVersion = jsonFormatVersion
  let kind = "explanation"
  let address: String
  let fields: [Field]

  struct Field: Encodable {
    let name: String
    let value: Explicit
    let location: LocationDocument?
    let origin: String?
  }

  init(_ explanation: Explanation) {
    address = explanation.address
    fields = explanation.fields.map {
      Field(
        name: $0.name, value: Explicit($0.value), location: $0.location.map(LocationDocument.init),
        origin: $0.origin)
    }
  }
}
