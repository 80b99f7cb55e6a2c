import Model

/// Privileges that change alike: one sentence for many objects and many grantees.
struct PrivilegeLine: Hashable {
  var action: Change.Action
  var words: PrivilegeWords
  var place: Place
  var grantees: [String]
  /// Told only where a grantee holds the same on one object from several.
  var grantors: [String]
  var why: String?

  enum Place: Hashable {
    case objects(ObjectWords)
    /// Default privileges: what the owner's objects to come will carry.
    case future(String)
  }

  func placeText(verbose: Bool) -> String {
    switch place {
    case .objects(let objects): objects.text(limit: verbose ? .max : 3)
    case .future(let text): text
    }
  }

  func granteeText(verbose: Bool) -> String { listed(grantees, limit: verbose ? .max : 6) }

  /// `, granted by a and b`, where that tells one from the other.
  var grantorText: String { grantors.count > 1 ? ", granted by \(enumerated(grantors))" : "" }
}

/// Joins the privileges of the changes: first the objects of one grantee, then the grantees of the same
/// objects.
func privilegeLines(_ changes: [Change]) -> [PrivilegeLine] {
  let single = changes.flatMap { change in change.facts.compactMap { PrivilegeLine($0, of: change) } }
  let byObject = grouped(single) { OneGrantee($0) }.map(joinedObjects)
  return grouped(byObject) { OnePlace($0) }.map { lines in
    var line = lines[0]
    line.grantees = Set(lines.flatMap(\.grantees)).sorted()
    return line
  }
}

private struct OneGrantee: Hashable {
  let action: Change.Action
  let words: PrivilegeWords
  let grantees: [String]
  let why: String?
  let place: String

  init(_ line: PrivilegeLine) {
    (action, words, grantees, why) = (line.action, line.words, line.grantees, line.why)
    switch line.place {
    case .objects(let objects): place = "\(objects.kind) \(objects.database)"
    case .future(let text): place = text
    }
  }
}

private struct OnePlace: Hashable {
  let action: Change.Action
  let words: PrivilegeWords
  let place: PrivilegeLine.Place
  let grantors: [String]
  let why: String?

  init(_ line: PrivilegeLine) {
    (action, words, place, why) = (line.action, line.words, line.place, line.why)
    grantors = line.grantors.count > 1 ? line.grantors : []
  }
}

private func joinedObjects(_ lines: [PrivilegeLine]) -> PrivilegeLine {
  var line = lines[0]
  guard case .objects(let first) = line.place else { return line }
  var union = ObjectUnion(first)
  for case .objects(let more) in lines.dropFirst().map(\.place) { union.add(more) }
  line.place = .objects(union.objects)
  line.grantors = union.overlaps ? Set(lines.flatMap(\.grantors)).sorted() : []
  return line
}

extension PrivilegeLine {
  /// `nil` for facts that are no privileges.
  fileprivate init?(_ fact: FactChange, of change: Change) {
    (action, words, why) = (change.action, PrivilegeWords(from: fact.before, to: fact.after), change.why)
    switch fact.key {
    case .privileges(let group, let grantee, let grantor):
      (place, grantees, grantors) = (.objects(ObjectWords(group)), [named(grantee)], [named(grantor)])
    case .defaultPrivileges(let database, let list, let grantee):
      let scope = list.schema.map { "\(named(database)).\(named($0))" } ?? named(database)
      let place = "future \(list.kind.plural) of \(named(list.owner)) in \(scope)"
      (self.place, grantees, grantors) = (.future(place), [named(grantee)], [])
    default: return nil
    }
  }
}
