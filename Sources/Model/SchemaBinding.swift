/// One entry of `bindings:`: a profile for many schemas at once, each with a group role of its own.
package struct SchemaBinding: Hashable, Sendable {
  package struct Place: Hashable, Sendable {
    package var database: String
    package var schema: NamePattern

    package init(database: String, schema: NamePattern) { (self.database, self.schema) = (database, schema) }
  }

  package var places: [Place]
  /// The role's name, with `{schema}` and `{database}` in the places of the names.
  package var role: String
  package var members: [String]
  /// What the profile gives, said of all schemas; each schema's role gets it there alone.
  package var items: [GrantItem]
  /// Names of owners, with the same variables.
  package var defaultPrivilegesOf: [String]
  package var mode: AccessMode
  package var document: Address
  /// `access/NAME/binding/N`, N counted from 1.
  package var address: Address

  package init(
    places: [Place], role: String, members: [String] = [], items: [GrantItem], defaultPrivilegesOf: [String] = [],
    mode: AccessMode = .authoritative, document: Address, address: Address
  ) {
    (self.places, self.role, self.members, self.items) = (places, role, members, items)
    (self.defaultPrivilegesOf, self.mode) = (defaultPrivilegesOf, mode)
    (self.document, self.address) = (document, address)
  }

  /// The text with the names in the places of its variables. In one pass, so that a schema may be called `{database}`.
  package static func fill(_ text: String, database: String, schema: String) -> String {
    var (result, rest) = ("", text[...])
    while let first = rest.first {
      if rest.hasPrefix("{schema}") {
        result += schema
        rest = rest.dropFirst("{schema}".count)
      } else if rest.hasPrefix("{database}") {
        result += database
        rest = rest.dropFirst("{database}".count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

extension GrantItem {
  /// The same privileges, in one schema.
  func placed(in schema: String) -> GrantItem {
    let exact = NamePattern(exactly: schema)
    return switch selector {
    case .database: self
    case .schemas: GrantItem(selector: .schemas(exact), privileges: privileges)
    case .objects(let kind, _, let names):
      GrantItem(selector: .objects(kind, schema: exact, names: names), privileges: privileges)
    }
  }
}
