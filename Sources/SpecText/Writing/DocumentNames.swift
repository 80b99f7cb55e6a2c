/// Gives documents names that no other document of their kind has.
struct DocumentNames {
  private var taken: [DocumentKind: Set<String>]

  init(taken: [DocumentKind: Set<String>]) { self.taken = taken }

  /// The name, made legal, with a number where it is taken: `orders`, `orders-2`.
  mutating func name(_ wanted: String, for kind: DocumentKind) -> String {
    let base = legalDocumentName(wanted)
    var (name, number) = (base, 1)
    while !taken[kind, default: []].insert(name).inserted {
      number += 1
      let suffix = "-\(number)"
      name = base.prefix(TextKind.longestName - suffix.count) + suffix
    }
    return name
  }
}

/// Every character that may not stand in a document's name as `-`.
private func legalDocumentName(_ text: String) -> String {
  let legal = text.unicodeScalars.map { scalar in
    scalar.isASCII && TextKind.documentName.fault(in: "a" + String(scalar)) == nil ? Character(scalar) : "-"
  }
  let name = String(String(legal.drop { $0 == "-" || $0 == "." }).prefix(TextKind.longestName))
  return name.isEmpty ? "imported" : name
}
