/// One database as it was observed.
package struct Database: Hashable, Sendable, Codable {
  package var owner: String
  package var acl: ACL
  /// `false` where the database was not looked into: the user may not connect, or no spec names it.
  package var isRead: Bool
  package var extensions: [String: String] = [:]
  package var schemas: [String: Schema] = [:]
  package var objects = ObjectTable()
  package var defaultPrivileges: [DefaultPrivileges: ACL] = [:]
  /// The sequences that belong to a column, `serial` or identity, each with its table; known where specs name owners.
  package var sequencesOfColumns: [ObjectID: ObjectID] = [:]
  package var rowSecurity = RowSecurityTable()
  /// The lists that extensions' scripts left: of all tables, sequences, functions and types that extensions brought, and
  /// of other things where a script granted something on them.
  package var extensionLists = ObjectTable()
  /// How many objects of any kind, modelled or not, a role owns here; known for the roles that are to be removed.
  package var owned: [String: Int] = [:]
  /// How many lists of any kind, modelled or not, name a role; known for the roles that are to be removed.
  package var listsNaming: [String: Int] = [:]

  package init(owner: String, acl: ACL, isRead: Bool = true) {
    (self.owner, self.acl, self.isRead) = (owner, acl, isRead)
  }
}

extension Database {
  /// What lies inside is as another look found it; what the server says of the database from outside stays.
  package mutating func takeContents(of known: Database) {
    isRead = known.isRead
    (extensions, schemas, objects) = (known.extensions, known.schemas, known.objects)
    (defaultPrivileges, rowSecurity) = (known.defaultPrivileges, known.rowSecurity)
    (extensionLists, sequencesOfColumns) = (known.extensionLists, known.sequencesOfColumns)
  }
}

/// A dictionary whose keys are no strings would be written in the order of its storage, which is another one in each
/// process: the lists of default privileges are written sorted.
extension Database {
  private enum Keys: String, CodingKey {
    case owner, acl, isRead, extensions, schemas, objects, defaultPrivileges, rowSecurity, extensionLists,
      sequencesOfColumns, owned
  }

  private struct OwnedSequence: Codable {
    var schema: String
    var name: String
    var table: TableName
  }

  private struct DefaultList: Codable {
    var `for`: DefaultPrivileges
    var acl: ACL
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Keys.self)
    owner = try values.decode(String.self, forKey: .owner)
    acl = try values.decode(ACL.self, forKey: .acl)
    isRead = try values.decode(Bool.self, forKey: .isRead)
    extensions = try values.decode([String: String].self, forKey: .extensions)
    schemas = try values.decode([String: Schema].self, forKey: .schemas)
    objects = try values.decode(ObjectTable.self, forKey: .objects)
    for list in try values.decode([DefaultList].self, forKey: .defaultPrivileges) {
      defaultPrivileges[list.for] = list.acl
    }
    rowSecurity = try values.decodeIfPresent(RowSecurityTable.self, forKey: .rowSecurity) ?? RowSecurityTable()
    extensionLists = try values.decodeIfPresent(ObjectTable.self, forKey: .extensionLists) ?? ObjectTable()
    for one in try values.decodeIfPresent([OwnedSequence].self, forKey: .sequencesOfColumns) ?? [] {
      sequencesOfColumns[ObjectID(kind: .sequence, schema: one.schema, name: one.name)] = ObjectID(
        kind: .table, schema: one.table.schema, name: one.table.name)
    }
    owned = try values.decode([String: Int].self, forKey: .owned)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Keys.self)
    try values.encode(owner, forKey: .owner)
    try values.encode(acl, forKey: .acl)
    try values.encode(isRead, forKey: .isRead)
    try values.encode(extensions, forKey: .extensions)
    try values.encode(schemas, forKey: .schemas)
    try values.encode(objects, forKey: .objects)
    let lists = defaultPrivileges.sorted { $0.key < $1.key }.map { DefaultList(for: $0.key, acl: $0.value) }
    try values.encode(lists, forKey: .defaultPrivileges)
    if rowSecurity != RowSecurityTable() { try values.encode(rowSecurity, forKey: .rowSecurity) }
    if !extensionLists.states.isEmpty { try values.encode(extensionLists, forKey: .extensionLists) }
    if !sequencesOfColumns.isEmpty {
      let sequences = sequencesOfColumns.sorted { $0.key < $1.key }.map {
        OwnedSequence(
          schema: $0.key.schema, name: $0.key.name, table: TableName(schema: $0.value.schema, name: $0.value.name))
      }
      try values.encode(sequences, forKey: .sequencesOfColumns)
    }
    try values.encode(owned, forKey: .owned)
  }
}

package struct Schema: Hashable, Sendable, Codable {
  package var owner: String
  package var acl: ACL

  package init(owner: String, acl: ACL) { (self.owner, self.acl) = (owner, acl) }
}

/// Names one list of default privileges.
package struct DefaultPrivileges: Hashable, Sendable, Comparable, Codable {
  /// The role whose future objects they are for.
  package var owner: String
  /// `nil` for the whole database.
  package var schema: String?
  package var kind: ObjectKind

  package init(owner: String, schema: String?, kind: ObjectKind) {
    (self.owner, self.schema, self.kind) = (owner, schema, kind)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.owner, left.schema ?? "", left.kind) < (right.owner, right.schema ?? "", right.kind)
  }

  /// What holds while the catalog has no row for the list, and of which it keeps none: in a schema nothing is built in.
  package func builtIn(version: ServerVersion?) -> ACL {
    schema == nil ? .initial(kind: kind, owner: owner, version: version ?? ServerVersion(major: 15)) : ACL()
  }
}

/// An object inside a schema.
package struct ObjectID: Hashable, Sendable, Comparable {
  package var kind: ObjectKind
  package var schema: String
  /// For a function the name and the types of its input arguments, as `oidvectortypes` gives them with nothing but
  /// `pg_catalog` in the search path: `f(integer, app.mood)`.
  package var name: String

  package init(kind: ObjectKind, schema: String, name: String) {
    (self.kind, self.schema, self.name) = (kind, schema, name)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.schema, left.kind, left.name) < (right.schema, right.kind, right.name)
  }
}

package struct ObjectState: Hashable, Sendable {
  package var owner: String
  package var acl: ACL

  package init(owner: String, acl: ACL) { (self.owner, self.acl) = (owner, acl) }
}

/// The objects of one database. Objects with equal lists share the storage of their list, and their text form
/// groups them, so that both grow with what differs.
package struct ObjectTable: Hashable, Sendable, Codable {
  package var states: [ObjectID: ObjectState] = [:]
  private var columnIndex: [ObjectID: [ObjectID]] = [:]

  package init() {}

  /// The columns of a table that have a state, as of the last `indexColumns`. Nothing that Holdfast does makes or drops one.
  package func columns(of table: ObjectID) -> [ObjectID] { columnIndex[table] ?? [] }

  /// A column that isn't read has no list: nothing was granted on it. It belongs to the owner of its table.
  package func column(_ id: ObjectID) -> ObjectState? {
    states[id] ?? id.tableOfColumn.flatMap { states[$0] }.map { ObjectState(owner: $0.owner, acl: ACL()) }
  }

  /// Gives a column that isn't read its empty list, for something to be granted on it.
  package mutating func addColumn(_ id: ObjectID) {
    guard states[id] == nil, let table = id.tableOfColumn, let state = column(id) else { return }
    states[id] = state
    columnIndex[table, default: []].append(id)
    columnIndex[table]?.sort()
  }

  /// To be called by whoever puts columns in.
  package mutating func indexColumns() {
    columnIndex = [:]
    for id in states.keys where id.kind == .column {
      if let table = id.tableOfColumn { columnIndex[table, default: []].append(id) }
    }
    for table in columnIndex.keys { columnIndex[table]?.sort() }
  }

  private struct Group: Codable {
    var kind: ObjectKind
    var schema: String
    var owner: String
    var acl: ACL
    var names: [String]
  }

  package init(from decoder: any Decoder) throws {
    for group in try [Group](from: decoder) {
      for name in group.names {
        states[ObjectID(kind: group.kind, schema: group.schema, name: name)] = ObjectState(
          owner: group.owner, acl: group.acl)
      }
    }
    indexColumns()
  }

  package func encode(to encoder: any Encoder) throws {
    var groups: [Group] = []
    var indexes: [String: Int] = [:]
    for (id, state) in states.sorted(by: { $0.key < $1.key }) {
      let key = "\(id.kind)\u{0}\(id.schema)\u{0}\(state.owner)\u{0}\(state.acl.entries.map(\.aclItem))"
      if let index = indexes[key] {
        groups[index].names.append(id.name)
      } else {
        indexes[key] = groups.count
        groups.append(Group(kind: id.kind, schema: id.schema, owner: state.owner, acl: state.acl, names: [id.name]))
      }
    }
    try groups.encode(to: encoder)
  }
}
