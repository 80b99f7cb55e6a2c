import Model

/// The reference of the language in Markdown: every mapping with its keys. Made from the reader's own tables.
package func specReference() -> String {
  var page = ReferencePage()
  for kind in DocumentKind.allCases { page.add(kind) }
  page.add("`holdfast.yaml`", Language.repository)
  page.add("Secret references", Language.secret)
  return introduction + page.text
}

private let introduction = """
  # The spec language

  Written by `scripts/generate-reference` from the tables that the reader itself uses; `holdfast schema --format markdown`
  prints it, and `holdfast schema` the same as a JSON Schema.

  Specs are YAML 1.2 documents, any number a file, in the tree under `specs/`. A value's type comes from its key and not from its
  look: `no`, `010` and `15.10` are what was written, and numbers never need quotes. Unknown and duplicate keys are errors. In
  `Instance` and `BackupPolicy` an unset key without a default is unmanaged: not compared and never written; with `extends`, maps
  merge, scalars and lists replace, and `default` takes a value away again. Every document has `kind`.

  """

/// Grows by sections; a mapping that several keys hold is written once a kind.
private struct ReferencePage {
  private(set) var text = ""

  mutating func add(_ kind: DocumentKind) { add("`\(kind.rawValue)`", kind.table) }

  mutating func add(_ heading: String, _ table: Table) {
    text += "\n## \(heading)\n" + rows(of: table)
    var seen = Set<String>()
    addInner(of: table, below: [], &seen)
  }

  /// The mappings inside a mapping, in the order of its keys.
  private mutating func addInner(of table: Table, below path: [String], _ seen: inout Set<String>) {
    for field in table.fields {
      for inner in field.shape.tables where seen.insert(inner.title).inserted {
        let place = path + [field.key]
        let heading = "\(inner.title.capitalizedFirst), in `\(place.joined(separator: "."))`"
        text += "\n### \(heading)\n" + rows(of: inner)
        addInner(of: inner, below: place, &seen)
      }
    }
  }

  private func rows(of table: Table) -> String {
    "\n| key | value | what it means | unset |\n|---|---|---|---|\n" + table.fields.map(row).joined()
  }

  private func row(_ field: Field) -> String {
    let platforms = field.platforms.map { "`\($0.rawValue)`" }.joined(separator: " and ")
    let only = platforms.isEmpty ? "" : " Only on \(platforms)."
    let unset =
      switch field.presence {
      case .required: "required"
      case .optional: field.standard.map { "`\($0)`" } ?? ""
      }
    return "| `\(field.key)` | \(field.shape.words) | \(field.doc)\(only) | \(unset) |\n"
  }
}

extension Shape {
  /// What an author may write, for people.
  fileprivate var words: String {
    switch self {
    case .text(let kind): kind.name
    case .flag: "`true` or `false`"
    case .integer(let range): "number, \(range.lowerBound) to \(range.upperBound)"
    case .numbers(let numbers): "number: \(listed(numbers))"
    case .choice(let words, _): words.map { "`\($0)`" }.joined(separator: ", ")
    case .secret(_, let word): "[secret reference](#secret-references)" + (word.map { ", or `\($0)`" } ?? "")
    case .list(let item): "list: \(item.words)"
    case .map(let key, let value, _): "mapping: \(key.name) → \(value.words)"
    case .table(let table): table.title + ", below"
    case .byForm(let scalar, let list, let mapping):
      [scalar, list, mapping].compactMap { $0?.words }.joined(separator: "; or ")
    }
  }

  /// The mappings that stand directly in a value of this shape.
  fileprivate var tables: [Table] {
    switch self {
    case .text, .flag, .integer, .numbers, .choice, .secret: []
    case .list(let item): item.tables
    case .map(_, let value, _): value.tables
    case .table(let table): [table]
    case .byForm(let scalar, let list, let mapping):
      [scalar, list, mapping].compactMap { $0 }.flatMap(\.tables)
    }
  }
}

extension TextKind {
  fileprivate var name: String {
    switch self {
    case .words: "text"
    case .documentName: "document's name"
    case .declaredRole: "role"
    case .declaredDatabase: "database"
    case .declaredSchema: "schema"
    case .serverName: "name"
    case .functionSignature: "function with argument types: `f(integer, text)`"
    case .functionPattern: "function with argument types, or pattern (`*`, `?`)"
    case .parameterName: "parameter"
    case .path: "absolute path"
    case .span: "length of time: `90s`, `30m`, `12h`, `7d`, `5w`"
    case .version: "version: `16`, `16.4`, `\">=16.4 <17\"`"
    case .moment: "date or time: `2027-01-31`, `2027-01-31T22:30:00Z`"
    case .place: "`database.schema`"
    case .tablePlace: "`database.schema.table`"
    case .expression: "SQL expression"
    case .privilege(let kind): "privilege on a \(kind.words), or `all`"
    case .tablePrivilege: "privilege on a table, or on columns: `select (id, amount)`"
    case .objectNumber: "OID"
    case .pattern: "name or pattern (`*`, `?`)"
    case .environmentVariable: "environment variable"
    case .secretPath: "absolute path"
    case .labelKey: "label"
    case .aws(let kind): kind.words
    }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
