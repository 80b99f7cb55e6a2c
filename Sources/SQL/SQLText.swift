/// One SQL statement, or a piece of one, in which every value was quoted by its kind.
///
/// Text enters only as a literal in the source or through a labelled interpolation, so a bare `String` cannot
/// slip in: `"DROP ROLE \(identifier: name)"`.
package struct SQLText: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  package var description: String { text }

  /// The parts in order, with the separator between them.
  package static func joined(_ parts: [SQLText], separator: SQLText) -> SQLText {
    SQLText(checked: parts.map(\.text).joined(separator: separator.text))
  }

  private init(checked text: String) {
    self.text = text
  }

  /// Somebody else's expression, which was checked.
  init(expression: SQLExpression) { self.init(checked: expression.text) }
}

extension SQLText: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) {
    self.init(checked: value)
  }

  package init(stringInterpolation: Interpolation) {
    self.init(checked: stringInterpolation.text)
  }

  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    package mutating func appendLiteral(_ literal: String) {
      text += literal
    }

    package mutating func appendInterpolation(identifier: String) {
      text += quotedIdentifier(identifier)
    }

    /// Names between commas.
    package mutating func appendInterpolation(identifiers: [String]) {
      text += identifiers.map(quotedIdentifier).joined(separator: ", ")
    }

    /// A name of several parts: schema and table.
    package mutating func appendInterpolation(qualified: [String]) {
      text += qualified.map(quotedIdentifier).joined(separator: ".")
    }

    package mutating func appendInterpolation(literal: String) {
      text += quotedLiteral(literal)
    }

    /// String constants between commas.
    package mutating func appendInterpolation(literals: [String]) {
      text += literals.map(quotedLiteral).joined(separator: ", ")
    }

    package mutating func appendInterpolation(number: some BinaryInteger) {
      text += String(number)
    }

    package mutating func appendInterpolation(sql: SQLText) {
      text += sql.text
    }
  }
}

extension SQLText: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(checked: try decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
