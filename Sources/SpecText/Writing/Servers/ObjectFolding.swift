import Model

/// The objects of one kind in one schema, their privileges turned round: by who holds them.
struct ObjectFolding {
  /// What one grantee holds on these objects, as entries of `grants:` say it.
  struct Held {
    /// By the owners whose future objects get it too.
    var all: [[String]: PrivilegeSet] = [:]
    var named: [String: PrivilegeSet] = [:]
    /// What only future objects get, by their owners: not all that are there have it.
    var future: [[String]: PrivilegeSet] = [:]
  }

  /// Objects that share owner and list.
  private struct Group {
    var names: [String]
    var owner: String
  }

  let kind: ObjectKind
  private var groups: [Group] = []
  private var count = 0
  private var owned: [String: Int] = [:]
  /// By grantee, with the index of the group.
  private var held: [GrantLayer: [Grantee: [(group: Int, privileges: PrivilegeSet)]]] = [:]
  private var defaults: [GrantLayer: [Grantee: [String: PrivilegeSet]]] = [:]

  init(kind: ObjectKind) { self.kind = kind }

  mutating func add(_ names: [String], owner: String, _ acl: ACL) {
    for (layer, holders) in layers(of: acl, kind: kind, owner: owner) {
      for (grantee, privileges) in holders {
        held[layer, default: [:]][grantee, default: []].append((groups.count, privileges))
      }
    }
    groups.append(Group(names: names, owner: owner))
    count += names.count
    owned[owner, default: 0] += names.count
  }

  /// - Parameter acl: what `owner` gives to others on objects to come; in one schema it only adds to what everybody has.
  mutating func addDefaults(of owner: String, _ acl: ACL, inSchema: Bool) {
    for (layer, holders) in layers(of: acl, kind: kind, owner: owner) where layer != .absent || !inSchema {
      for (grantee, privileges) in holders { defaults[layer, default: [:]][grantee, default: [:]][owner] = privileges }
    }
  }

  func grantees(_ layer: GrantLayer) -> Set<Grantee> {
    Set((held[layer] ?? [:]).keys).union((defaults[layer] ?? [:]).keys)
  }

  /// What may be granted on needs no entry beside the one that says so.
  func held(by grantee: Grantee, _ layer: GrantLayer) -> Held {
    var result = allHeld(by: grantee, layer)
    guard layer == .plain, self.held[.grantable]?[grantee] != nil || defaults[.grantable]?[grantee] != nil else {
      return result
    }
    let grantable = allHeld(by: grantee, .grantable)
    for (owners, privileges) in grantable.all { result.all[owners]?.subtract(privileges) }
    for (owners, privileges) in grantable.future { result.future[owners]?.subtract(privileges) }
    result.all = result.all.filter { !$0.value.isEmpty }
    result.future = result.future.filter { !$0.value.isEmpty }
    let everywhere = grantable.all.values.reduce(into: PrivilegeSet()) { $0.formUnion($1) }
    for (name, privileges) in result.named {
      let rest = privileges.subtracting(grantable.named[name] ?? []).subtracting(everywhere)
      result.named[name] = rest.isEmpty ? nil : rest
    }
    return result
  }

  private func allHeld(by grantee: Grantee, _ layer: GrantLayer) -> Held {
    let held = held[layer]?[grantee] ?? []
    let defaults = defaults[layer]?[grantee] ?? [:]
    // An owner's own rights are nobody's grant: what it owns says nothing about a grant to all.
    let others = count - (grantee.role.flatMap { owned[$0] } ?? 0)
    let common = common(of: held, among: others, defaults)
    var result = Held()
    for privilege in common.single {
      let owners = defaults.filter { $0.value.contains(privilege) }.keys.sorted()
      result.all[owners, default: []].formUnion(privilege)
    }
    let promised = defaults.values.reduce(into: PrivilegeSet()) { $0.formUnion($1) }
    for privilege in promised.subtracting(common).single {
      let owners = defaults.filter { $0.value.contains(privilege) }.keys.sorted()
      result.future[owners, default: []].formUnion(privilege)
    }
    for (group, privileges) in held where !privileges.isSubset(of: common) {
      for name in groups[group].names { result.named[name] = privileges.subtracting(common) }
    }
    return result
  }

  /// What holds of all of the objects, and may be said of those to come. A single object is none that stands for all, and
  /// without any it is what those to come will get.
  private func common(
    of held: [(group: Int, privileges: PrivilegeSet)], among others: Int, _ defaults: [String: PrivilegeSet]
  ) -> PrivilegeSet {
    guard kind.hasPlural else { return [] }
    let promised = defaults.values.reduce(into: PrivilegeSet()) { $0.formUnion($1) }
    guard others > 0 else { return promised }
    guard held.reduce(0, { $0 + groups[$1.group].names.count }) == others, let first = held.first else { return [] }
    let common = held.reduce(first.privileges) { $0.intersection($1.privileges) }
    return others > 1 ? common : common.intersection(promised)
  }
}

/// The privileges of a list by layer and holder, without what the owner has and what everybody has anyway.
func layers(of acl: ACL, kind: ObjectKind, owner: String) -> [GrantLayer: [Grantee: PrivilegeSet]] {
  var held: [GrantLayer: [Grantee: PrivilegeSet]] = [:]
  for entry in acl.entries where entry.grantee != .role(owner) {
    held[.plain, default: [:]][entry.grantee, default: []].formUnion(entry.privileges)
    guard !entry.grantable.isEmpty else { continue }
    held[.grantable, default: [:]][entry.grantee, default: []].formUnion(entry.grantable)
  }
  let everybody = held[.plain]?[.everybody] ?? []
  // An entry for everybody is complete where there is one at all: with it the built-in rights are judged, too.
  if everybody.isSubset(of: kind.publicByDefault) { held[.plain]?[.everybody] = nil }
  let lacks = kind.publicByDefault.subtracting(everybody)
  if !lacks.isEmpty { held[.absent] = [.everybody: lacks] }
  return held
}

extension PrivilegeSet {
  /// Its privileges, each by itself.
  var single: [PrivilegeSet] { Self.table.map(\.privilege).filter(contains) }
}
