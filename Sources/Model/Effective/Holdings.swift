/// What each grantee holds by lists alone, objects that it holds alike together.
struct Holdings: Sendable {
  struct Key: Hashable, Sendable {
    var place: Place
    var grantor: String
    var privileges: PrivilegeSet
    var grantable: PrivilegeSet
    var isOwner: Bool
  }

  /// Where objects of one kind lie.
  struct Place: Hashable, Sendable {
    var database: String
    var kind: ObjectKind
    var schema: String
  }

  private(set) var byGrantee: [Grantee: [Key: [String]]] = [:]
  /// All objects of a place that were asked for, and how many there are.
  private(set) var names: [Place: [String]] = [:]
  private(set) var counts: [Place: Int] = [:]

  private struct Alike: Hashable {
    var place: Place
    var state: ObjectState
  }

  /// - Parameter selects: which objects are wanted.
  init(_ observed: Observed, version: ServerVersion, selects: (String, ObjectID) -> Bool) {
    var alike: [Alike: [String]] = [:]
    observed.forEachListedObject { database, id, state in
      // What an extension's script left is the extension's: hundreds of functions that nobody granted anything on.
      if observed.databases[database]?.isLeftByExtension(id, state) == true { return }
      let place = Place(database: database, kind: id.kind, schema: id.schema)
      counts[place, default: 0] += 1
      guard selects(database, id) else { return }
      names[place, default: []].append(id.name)
      alike[Alike(place: place, state: state), default: []].append(id.name)
    }
    for (group, names) in alike { add(group.place, group.state, names, version) }
    names = names.mapValues { $0.sorted() }
    byGrantee = byGrantee.mapValues { $0.mapValues { $0.sorted() } }
  }

  private mutating func add(_ place: Place, _ state: ObjectState, _ names: [String], _ version: ServerVersion) {
    for entry in state.acl.entries where entry.grantee != .role(state.owner) {
      let key = Key(
        place: place, grantor: entry.grantor, privileges: entry.privileges, grantable: entry.grantable, isOwner: false)
      byGrantee[entry.grantee, default: [:]][key, default: []] += names
    }
    // A column belongs to whom its table belongs to.
    guard place.kind != .column else { return }
    // An owner may grant everything, to itself too, whatever it holds.
    let key = Key(
      place: place, grantor: state.owner, privileges: state.acl.privileges(of: .role(state.owner)),
      grantable: place.kind.allPrivileges(version: version), isOwner: true)
    byGrantee[.role(state.owner), default: [:]][key, default: []] += names
  }
}
