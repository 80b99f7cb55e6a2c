import Model

/// The list that counts for an object, and for a column that of its table as well.
struct Lists: Hashable {
  var own: ACL
  var table: ACL?

  var all: [ACLEntry] { own.entries + (table?.entries ?? []) }
}

extension Observed {
  /// - Parameter known: the object's own state, where it is at hand.
  func lists(of id: ObjectID, in database: String, known: ObjectState? = nil) -> Lists? {
    let table = id.tableOfColumn.flatMap { databases[database]?.objects.states[$0]?.acl }
    if let state = known ?? object(id.kind, database: database, schema: id.schema, name: id.name) {
      return Lists(own: state.acl, table: table)
    }
    // A column has no list of its own until something is granted on it.
    return table.map { Lists(own: ACL(), table: $0) }
  }

  /// Whether the object is one that `forEachListedObject` gives: a parameter and a column may have no list.
  func keepsList(of id: ObjectID, in database: String) -> Bool {
    switch id.kind {
    case .parameter: shared.states[id] != nil
    case .column: databases[database]?.objects.states[id] != nil
    case .database, .schema, .table, .sequence, .function, .type, .language, .foreignDataWrapper, .foreignServer,
      .largeObject, .tablespace:
      object(id.kind, database: database, schema: id.schema, name: id.name) != nil
    }
  }
}

/// What a role may do to an object, each privilege with the role that it comes through.
struct EffectiveWays {
  private(set) var all: PrivilegeSet = []
  /// The part that the list of a column's table gives.
  private(set) var ofTable: PrivilegeSet = []
  private var through: [UInt16: String?] = [:]

  /// `nil` stands for the role itself.
  func way(of privilege: PrivilegeSet) -> String? { through[privilege.rawValue] ?? nil }

  /// A way that is shorter is preferred: the role itself, then the first that comes.
  mutating func add(_ privileges: PrivilegeSet, through way: String?) {
    for row in PrivilegeSet.table where privileges.contains(row.privilege) {
      if way == nil || !all.contains(row.privilege) { through[row.privilege.rawValue] = .some(way) }
    }
    all.formUnion(privileges)
  }

  mutating func addTable(_ privileges: PrivilegeSet) { ofTable.formUnion(privileges) }
}

/// One of the two states that effects are told between.
struct EffectSide {
  let observed: Observed
  private let reach: RoleReach
  private var lent: [String: Set<String>] = [:]
  private var borrowers: [String: Set<String>] = [:]

  init(_ observed: Observed) {
    self.observed = observed
    reach = RoleReach(observed)
    for role in observed.roles.keys {
      let lenders = Set(reach.inherited(by: role).keys)
      lent[role] = lenders
      for lender in lenders { borrowers[lender, default: []].insert(role) }
    }
  }

  /// The roles whose privileges the role has without doing anything, itself included.
  func lenders(of role: String) -> Set<String> { lent[role] ?? [] }

  /// The roles that have the privileges of `lender` in a database.
  func borrowers(of lender: String, in database: String) -> Set<String> {
    let direct = borrowers[lender] ?? []
    guard lender == PredefinedRole.databaseOwner, let owner = observed.databases[database]?.owner,
      reach.lendsDatabaseOwner(owner)
    else { return direct }
    return direct.union(borrowers[owner] ?? [])
  }

  func privileges(of role: String, _ lists: Lists, _ place: EffectPlace) -> EffectiveWays {
    var ways = EffectiveWays()
    guard let lenders = lent[role] else { return ways }
    for entry in lists.own.entries where reaches(entry.grantee, lenders, place.database) {
      ways.add(entry.privileges, through: entry.grantee == .role(role) ? nil : "\(entry.grantee)")
    }
    for entry in lists.table?.entries ?? [] where reaches(entry.grantee, lenders, place.database) {
      ways.addTable(entry.privileges)
    }
    for lender in PredefinedRole.lenders where lenders.contains(lender) {
      ways.add(PredefinedRole.privileges(of: lender, on: place.kind), through: lender)
      if place.kind == .column { ways.addTable(PredefinedRole.privileges(of: lender, on: .table)) }
    }
    return ways
  }

  private func reaches(_ grantee: Grantee, _ lenders: Set<String>, _ database: String) -> Bool {
    guard let name = grantee.role else { return true }
    if lenders.contains(name) { return true }
    guard name == PredefinedRole.databaseOwner, let owner = observed.databases[database]?.owner else { return false }
    return lenders.contains(owner) && reach.lendsDatabaseOwner(owner)
  }
}

/// Where objects of one kind lie.
struct EffectPlace: Hashable {
  var database: String
  var kind: ObjectKind
  var schema: String

  init(_ database: String, _ id: ObjectID) { (self.database, kind, schema) = (database, id.kind, id.schema) }
}
