import Model

/// The JSON Schema of the language (draft 2020-12), for editors. Made from the reader's own tables.
///
/// It holds documents of specs and `holdfast.yaml`. Where the language takes text it takes numbers and booleans too: the
/// reader judges what is written, and an editor's YAML parser has made something else of it by then.
package func jsonSchema() -> String {
  let schema = JSONText.object([
    ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
    ("title", .string("Holdfast specs")),
    ("type", .string("object")),
    ("if", .object([("required", .array([.string("language")]))])),
    ("then", .object([("$ref", .string("#/$defs/repository"))])),
    ("else", documentSchema()),
    ("$defs", .object(definitions())),
  ])
  return schema.written() + "\n"
}

/// `kind` says which table holds.
private func documentSchema() -> JSONText {
  let kinds = DocumentKind.allCases.map { JSONText.string($0.rawValue) }
  let cases = DocumentKind.allCases.map { kind in
    let isKind = JSONText.object([("const", .string(kind.rawValue))])
    return JSONText.object([
      (
        "if", .object([("properties", .object([("kind", isKind)])), ("required", .array([.string("kind")]))])
      ),
      ("then", .object([("$ref", .string("#/$defs/\(kind.rawValue)"))])),
    ])
  }
  return .object([
    ("required", .array([.string("kind")])),
    (
      "properties",
      .object([
        ("kind", .object([("enum", .array(kinds)), ("description", .string("What the document declares."))]))
      ])
    ),
    ("allOf", .array(cases)),
  ])
}

private func definitions() -> [(String, JSONText)] {
  let kinds = DocumentKind.allCases.map { kind in
    (kind.rawValue, SchemaWriter(takesDefault: kind.extends).document(kind))
  }
  let writer = SchemaWriter(takesDefault: false)
  return kinds + [("repository", writer.schema(of: Language.repository)), ("secret", writer.secret)]
}

private struct SchemaWriter {
  /// In kinds that may be derived, `default` stands for every value, and any key may come from elsewhere.
  let takesDefault: Bool

  func document(_ kind: DocumentKind) -> JSONText {
    let kindProperty = ("kind", JSONText.object([("const", .string(kind.rawValue))]))
    let required = takesDefault ? ["name"] : kind.table.fields.filter { $0.presence == .required }.map(\.key)
    return mapping([kindProperty] + properties(of: kind.table), required: ["kind"] + required)
  }

  func schema(of table: Table) -> JSONText {
    let required = takesDefault ? [] : table.fields.filter { $0.presence == .required }.map(\.key)
    return mapping(properties(of: table), required: required)
  }

  var secret: JSONText {
    .object([
      ("type", .string("object")), ("properties", .object(properties(of: Language.secret))),
      ("additionalProperties", .bool(false)),
      (
        "oneOf",
        .array(Language.secretPlaces.map { .object([("required", .array([.string($0)]))]) })
      ),
      ("dependentRequired", .object([("key", .array([.string("aws_secret")]))])),
    ])
  }

  private func mapping(_ properties: [(String, JSONText)], required: [String]) -> JSONText {
    var members: [(String, JSONText)] = [
      ("type", .string("object")), ("properties", .object(properties)),
      ("additionalProperties", .bool(false)),
    ]
    if !required.isEmpty { members.append(("required", .array(required.map { .string($0) }))) }
    return .object(members)
  }

  private func properties(of table: Table) -> [(String, JSONText)] {
    table.fields.map { field in
      var members: [(String, JSONText)] = [("description", .string(field.doc))]
      if let standard = field.standard { members.append(("default", literal(standard, field.shape))) }
      let own = takesDefault && !["name", "extends", "template"].contains(field.key)
      if own, field.shape.refusesDefault {
        members.append(
          ("anyOf", .array([schema(of: field.shape), .object([("const", .string("default"))])])))
      } else if case .object(let shape) = schema(of: field.shape) {
        members += shape
      }
      return (field.key, .object(members))
    }
  }

  private func schema(of shape: Shape) -> JSONText {
    switch shape {
    case .text(let kind): kind.schema
    case .flag: .object([("type", .string("boolean"))])
    case .integer(let range):
      .object([
        ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
        ("maximum", .integer(range.upperBound)),
      ])
    case .numbers(let numbers): .object([("enum", .array(numbers.map { .integer($0) }))])
    case .choice(let words, _): .object([("enum", .array(words.map { .string($0) }))])
    case .secret(_, nil): secretReference
    case .secret(_, let word?):
      .object([("anyOf", .array([secretReference, .object([("const", .string(word))])]))])
    case .list(let item):
      .object([("type", .string("array")), ("items", schema(of: item)), ("uniqueItems", .bool(true))])
    case .map(_, let value, _):
      .object([("type", .string("object")), ("additionalProperties", valueSchema(value))])
    case .table(let table): schema(of: table)
    case .byForm(let scalar, let list, let mapping):
      .object([("anyOf", .array([scalar, list, mapping].compactMap { $0 }.map(schema(of:))))])
    }
  }

  private var secretReference: JSONText { .object([("$ref", .string("#/$defs/secret"))]) }

  /// An author's name with nothing behind it is an empty mapping.
  private func valueSchema(_ shape: Shape) -> JSONText {
    guard case .table = shape else { return schema(of: shape) }
    return .object([("anyOf", .array([schema(of: shape), .object([("type", .string("null"))])]))])
  }

  private func literal(_ standard: String, _ shape: Shape) -> JSONText {
    if case .flag = shape { .bool(standard == "true") } else { .string(standard) }
  }
}

extension Shape {
  /// Whether the word `default` is no value of the shape itself.
  fileprivate var refusesDefault: Bool {
    if case .text(let kind) = self { kind.pattern != nil } else { true }
  }
}

extension TextKind {
  fileprivate var schema: JSONText {
    if case .privilege(let kind) = self {
      let keywords = kind.allPrivileges(version: ServerVersion(major: 99)).keywords + ["ALL"]
      let names = keywords.map { $0.lowercased() } + keywords + (kind == .database ? ["temp", "TEMP"] : [])
      return .object([("enum", .array(names.map { .string($0) }))])
    }
    let types = ["string", "number", "boolean"].map { JSONText.string($0) }
    return .object([("type", .array(types))] + (pattern.map { [("pattern", .string($0))] } ?? []))
  }

  /// What strings have to look like; it leaves to the reader what a pattern says badly.
  fileprivate var pattern: String? {
    switch self {
    case .documentName: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$"
    case .path, .secretPath: "^/."
    case .span: "^[0-9]+[smhdw]$"
    case .version: "^([0-9]+([.][0-9]+)?|>=[0-9.]+( <[0-9.]+)?)$"
    case .moment: "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?$"
    case .place: "^[^.]+[.][^.]+$"
    case .tablePlace: "^[^.]+[.][^.]+[.][^.]+$"
    case .objectNumber: "^[1-9][0-9]*$"
    case .tablePrivilege: "^[A-Za-z]+( *[(].+[)])?$"
    case .aws(let kind): kind.pattern
    case .serverName, .declaredRole, .declaredDatabase, .declaredSchema, .functionSignature, .functionPattern,
      .parameterName,
      .environmentVariable, .words, .privilege, .labelKey, .pattern,
      .expression:
      nil
    }
  }
}
