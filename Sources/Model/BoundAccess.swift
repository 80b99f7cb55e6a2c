/// Access with its bindings made roles, memberships and rules, for the schemas that are known.
package struct BoundAccess: Sendable {
  /// A role that a binding can't make.
  package struct Mistake: Hashable, Sendable {
    package var message: String
    package var hint: String
    /// The binding.
    package var address: Address
    /// What it collides with.
    package var other: Address?
  }

  /// A pattern that fits no schema.
  package struct Unfit: Hashable, Sendable {
    package var place: SchemaBinding.Place
    package var address: Address
  }

  package private(set) var access: DesiredAccess
  package private(set) var mistakes: [Mistake] = []
  package private(set) var unfit: [Unfit] = []
  /// The binding and the schema that made a role.
  private var makers: [String: (address: Address, schema: String)] = [:]

  /// - Parameter schemas: the names by database. Of a place without wildcards they aren't asked.
  package init(_ access: DesiredAccess, schemas: [String: Set<String>]) {
    self.access = access
    for binding in access.bindings {
      var bound: Set<SchemaBinding.Place> = []
      for place in binding.places {
        let names = Self.schemas(fitting: place, among: schemas)
        if names.isEmpty { unfit.append(Unfit(place: place, address: binding.address)) }
        // Two places of one entry may fit one schema: it is bound once.
        for name in names
        where bound.insert(.init(database: place.database, schema: NamePattern(exactly: name))).inserted {
          bind(binding, place.database, name)
        }
      }
    }
    self.access.bindings = []
  }

  /// A pattern speaks of nobody's own schemas but the users': those of the server are never meant.
  private static func schemas(fitting place: SchemaBinding.Place, among known: [String: Set<String>]) -> [String] {
    if let exact = place.schema.exact { return [exact] }
    return (known[place.database] ?? [])
      .filter { !$0.hasPrefix("pg_") && $0 != "information_schema" && place.schema.matches($0) }.sorted()
  }

  private mutating func bind(_ binding: SchemaBinding, _ database: String, _ schema: String) {
    func fill(_ text: String) -> String { SchemaBinding.fill(text, database: database, schema: schema) }
    let name = fill(binding.role)
    guard isFree(name, binding, "\(database).\(schema)") else { return }
    makers[name] = (binding.address, "\(database).\(schema)")
    var role = DesiredRole(document: binding.document)
    role.mode = binding.mode
    access.roles[name] = role
    for member in binding.members where access.roles[member]?.memberOf.contains(where: { $0.role == name }) == false {
      access.roles[member]?.memberOf.append(DesiredMembership(role: name))
    }
    access.rules.append(
      GrantRule(
        grantees: [.role(name)], databases: [database], items: binding.items.map { $0.placed(in: schema) },
        defaultPrivilegesOf: binding.defaultPrivilegesOf.map(fill), mode: binding.mode, address: binding.address))
  }

  private mutating func isFree(_ name: String, _ binding: SchemaBinding, _ schema: String) -> Bool {
    let made = "the binding of the schema `\(schema)` makes the role `\(name)`"
    if let first = makers[name] {
      let hint = "tell them apart: the names hold `{schema}` and `{database}`"
      fail("\(made), which the schema `\(first.schema)` has already", hint, binding, first.address)
    } else if let declared = access.roles[name] {
      let other = declared.document.appending("role", name)
      fail("\(made), which is declared under `roles:`", "take one of the two out", binding, other)
    } else if let fault = Self.fault(inRole: name) {
      fail("\(made), \(fault)", "choose another `role:`", binding, nil)
    } else {
      return true
    }
    return false
  }

  /// The rules of declared roles, for names that are known only with their schema.
  ///
  /// - Source: PostgreSQL documentation, "Identifiers and Key Words": NAMEDATALEN-1; `CREATE ROLE`.
  private static func fault(inRole name: String) -> String? {
    if name.utf8.count > 63 { return "which is \(name.utf8.count) bytes long; names have at most 63" }
    if name.hasPrefix("pg_") { return "and PostgreSQL keeps `pg_` for its own roles" }
    return name.isEmpty || name.lowercased() == "public" || name == "none" ? "which is no name of a role" : nil
  }

  private mutating func fail(_ message: String, _ hint: String, _ binding: SchemaBinding, _ other: Address?) {
    mistakes.append(Mistake(message: message, hint: hint, address: binding.address, other: other))
  }
}
