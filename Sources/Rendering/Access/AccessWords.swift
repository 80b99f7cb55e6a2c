import Model

/// One line of a review: what somebody may do to objects of one kind, by one way.
struct AccessLine: Hashable {
  /// `SELECT on all 14 tables of orders.app`
  var what: String
  /// `through orders_ro`; empty for a grant to the role itself.
  var how: String

  var text: String { how.isEmpty ? what : "\(what), \(how)" }
}

extension InstanceAccess {
  /// What the subject may do, in as few lines as say it.
  func lines(of subject: Subject, verbose: Bool) -> [AccessLine] {
    let all = grants(of: subject)
    let alike = grouped(all) { Likeness($0, end: end(of: $0, for: subject), verbose: verbose) }
    return alike.map { grants in
      let end = end(of: grants[0], for: subject)
      return AccessLine(
        what: what(grants, verbose: verbose),
        // That everybody may is said of everybody, and when a role ends of the role.
        how: grants[0].how(
          end: end == subject.expires ? nil : end, isPublic: subject.grantee == .everybody, verbose: verbose))
    }
  }

  private func what(_ grants: [EffectiveGrant], verbose: Bool) -> String {
    guard let first = grants[0].objects else { return "everything" }
    var union = ObjectUnion(ObjectWords(first))
    for grant in grants.dropFirst() { if let group = grant.objects { union.add(ObjectWords(group)) } }
    let objects = union.objects.text(all: grants.allSatisfy(\.isWhole), limit: verbose ? .max : 3)
    return grants[0].privileges.isEmpty ? "nothing yet on \(objects)" : "\(grants[0].privileges) on \(objects)"
  }
}

extension ObjectWords {
  /// - Parameter all: there are no others of the kind where they lie.
  func text(all: Bool, limit: Int) -> String {
    guard all, limit < .max else { return text(limit: limit) }
    return "all " + text(limit: names.count == 1 ? 1 : limit)
  }
}

/// What lines are put together by: all but the schema and the names.
private struct Likeness: Hashable {
  var database: String?
  var kind: ObjectKind?
  var privileges: PrivilegeSet
  var grantable: PrivilegeSet
  var way: EffectiveGrant.Way
  var path: RoleReach.Path
  var grantor: String?
  var missing: [EffectiveGrant.Missing]
  var isWhole: Bool
  var end: Timestamp?

  init(_ grant: EffectiveGrant, end: Timestamp?, verbose: Bool) {
    (database, kind) = (grant.objects?.database, grant.objects?.kind)
    (privileges, grantable, way, path) = (grant.privileges, grant.grantable, grant.way, grant.path)
    (grantor, missing, isWhole) = (verbose ? grant.grantor : nil, grant.missing, grant.isWhole)
    self.end = end
  }
}

extension EffectiveGrant {
  fileprivate func how(end: Timestamp?, isPublic: Bool, verbose: Bool) -> String {
    var parts = isPublic ? [] : [origin].compactMap { $0 }
    if way != .owner, !grantable.isEmpty {
      parts.append(grantable == privileges ? "with grant option" : "with grant option on \(grantable)")
    }
    if verbose, let grantor { parts.append("granted by \(named(grantor))") }
    if let role = path.afterSetRole { parts.append("only after SET ROLE \(named(role))") }
    if !missing.isEmpty { parts.append("but " + enumerated(missing.map(\.words))) }
    if let end { parts.append("until \(end)") }
    return parts.joined(separator: ", ")
  }

  private var origin: String? {
    let path = path.roles.map(named).joined(separator: " → ")
    let through = path.isEmpty ? nil : "through \(path)"
    switch way {
    case .superuser: return path.isEmpty ? "as superuser" : "as the superuser \(path)"
    case .owner where privileges.isEmpty: return "as \(owner), which may grant itself all"
    case .owner: return "as \(owner)"
    case .grant, .predefined: return through
    case .everybody: return "as everybody may"
    }
  }

  private var owner: String { path.roles.isEmpty ? "owner" : "owner \(path.roles.map(named).joined(separator: " → "))" }
}

extension EffectiveGrant.Missing {
  fileprivate var words: String {
    switch self {
    case .connect: "no CONNECT on the database"
    case .usage: "no USAGE on the schema"
    }
  }
}
