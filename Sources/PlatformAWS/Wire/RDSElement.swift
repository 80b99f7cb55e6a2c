import Model
import XML

/// An answer that lacks what RDS always gives.
struct UnreadableAnswer: Error, Hashable, Sendable {
  var message: String
}

/// Reading members of one structure in an answer of RDS: missing ones and empty ones are no values.
extension XMLElement {
  func value(_ name: String) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }

  func needed(_ name: String) throws(UnreadableAnswer) -> String {
    guard let text = value(name) else {
      throw UnreadableAnswer(message: "the answer holds a <\(self.name)> without <\(name)>")
    }
    return text
  }

  func flag(_ name: String) -> String? { value(name).flatMap { canonicalFlag($0) } }

  func number(_ name: String) -> String? { value(name).flatMap { Int($0) }.map(String.init) }

  /// Texts of a list, in canonical form. RDS leaves empty lists out.
  func texts(_ name: String) -> [String] { list(name).map(\.text).filter { !$0.isEmpty }.sorted() }

  var tags: [String: String] {
    let pairs = list("TagList").compactMap { tag in tag.value("Key").map { ($0, tag.text("Value") ?? "") } }
    return [String: String](pairs) { $1 }
  }
}

private func canonicalFlag(_ text: String) -> String? {
  switch text.lowercased() {
  case "true", "1": "true"
  case "false", "0": "false"
  default: nil
  }
}

/// `8` for `8.0`, `0.5` for `0.50`.
func canonicalUnits(_ text: String) -> String? {
  guard let number = Double(text), number.isFinite, abs(number) < 1e6 else { return nil }
  return number == number.rounded() ? "\(Int(number))" : "\(number)"
}

/// A list in canonical form.
func canonicalList(_ texts: some Sequence<String>) -> String { Set(texts).sorted().joined(separator: ",") }
