import Diagnostics
import Model
import YAML

extension GrantItem {
  /// Whether `default_privileges_of` acts on it: it is about all objects of a kind that has default privileges.
  var hasDefaults: Bool {
    if case .objects(let kind, _, nil) = selector { kind.hasDefaultPrivileges } else { false }
  }
}

extension Node {
  /// The roles that a list names. `PUBLIC` in capitals is everybody.
  func grantees(_ report: (Diagnostic) -> Void) -> [(grantee: Grantee, node: Node)] {
    oneOrMany.compactMap { node in
      guard let name = node.text else { return nil }
      if name == "PUBLIC" { return (.everybody, node) }
      guard name.lowercased() == "public" || name == "none" else { return (.role(name), node) }
      report(
        Diagnostic(
          .reserved, message: "`\(name)` is no role", at: node.location, hint: "for everybody write `PUBLIC`"))
      return nil
    }
  }
}

/// What a profile or an entry says, by the kinds of its keys.
func grantItems(of node: Node, in schema: NamePattern?) -> [GrantItem] {
  node.pairs.flatMap { pair -> [GrantItem] in
    if pair.name == "schema" {
      guard let schema else { return [] }
      return [GrantItem(selector: .schemas(schema), privileges: pair.value.privileges)]
    }
    let kinds = Language.schemaKinds + Language.databaseKinds + Language.clusterKinds
    if let kind = kinds.first(where: { $0.plural == pair.name }) { return all(kind, pair.value, schema) }
    guard let kind = kinds.first(where: { $0.rawValue == pair.name }) else { return [] }
    return pair.value.pairs.flatMap { named(kind, $0, schema) }
  }
}

private func all(_ kind: ObjectKind, _ value: Node, _ schema: NamePattern?) -> [GrantItem] {
  if value.pairs.isEmpty {
    return [GrantItem(selector: .objects(kind, schema: schema, names: nil), privileges: value.privileges)]
  }
  return value.pairs.map {
    GrantItem(
      selector: .objects(kind, schema: schema, names: NamePattern($0.name)), privileges: $0.value.privileges)
  }
}

/// The privileges on the object itself and, of a table, those on its columns.
private func named(_ kind: ObjectKind, _ pair: Pair, _ schema: NamePattern?) -> [GrantItem] {
  let onColumns = kind == .table ? pair.value.oneOrMany.compactMap { $0.text.flatMap(ColumnPrivilege.init) } : []
  let items = onColumns.flatMap { privilege in
    privilege.columns.map { column in
      let name = ColumnName(table: pair.name, column: column).text
      return GrantItem(
        selector: .objects(.column, schema: schema, names: NamePattern(exactly: name)),
        privileges: GrantItem.Privileges(words: [privilege.keyword]))
    }
  }
  let words = pair.value.oneOrMany.compactMap(\.text).filter { ColumnPrivilege($0) == nil }
  guard !words.isEmpty || items.isEmpty else { return items }
  let name = kind == .parameter ? storedName(ofParameter: pair.name) : pair.name
  let selector = GrantItem.Selector.objects(kind, schema: schema, names: NamePattern(exactly: name))
  return [GrantItem(selector: selector, privileges: GrantItem.Privileges(words: words))] + items
}

/// Lists of parameters are kept by the name in small letters, however the parameter itself is spelt (`TimeZone`).
///
/// - Source: `convert_GUC_name_for_parameter_acl()` in PostgreSQL's `guc.c`; seen on 15, 16 and 18.
private func storedName(ofParameter name: String) -> String { name.lowercased() }

/// The database and the schema, which may be a pattern; `nil` where the text is none of a place.
func schemaPlace(of place: Node) -> (String, String)? {
  if let database = place.text("database"), let schema = place.text("schema") { return (database, schema) }
  guard let text = place.text, TextKind.place.fault(in: text) == nil, let dot = text.firstIndex(of: ".")
  else { return nil }
  return (String(text[..<dot]), String(text[text.index(after: dot)...]))
}

extension GrantItem.Privileges {
  /// What a list of the specs names.
  init(words: [String]) {
    if words.contains(where: { $0.lowercased() == "all" }) {
      self = .all
    } else {
      self = .some(words.reduce(into: PrivilegeSet()) { $0.formUnion(PrivilegeSet(keyword: $1) ?? []) })
    }
  }
}

extension Node {
  /// A list of privileges, or one.
  var privileges: GrantItem.Privileges { GrantItem.Privileges(words: oneOrMany.compactMap(\.text)) }
}
