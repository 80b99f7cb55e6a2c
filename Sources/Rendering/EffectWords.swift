import Model
import Planner

/// Who gains or loses what, with the roles and the objects of the same fate together; losses first.
struct EffectGroup: Hashable {
  var gains: Bool
  var privileges: PrivilegeSet
  var through: String?
  var objects: ObjectWords
  var roles: [String]
  /// Whether `through` itself meets the same fate.
  var includesLender = false
  /// Objects inside schemas that this brings into reach, or out of it.
  var inside = 0

  /// `alice and bob lose DELETE on 14 tables of orders.app, through orders_rw`
  func text(verbose: Bool) -> String {
    let verb = gains ? (isOne ? "gains" : "gain") : (isOne ? "loses" : "lose")
    return sentence(verb: verb, verbose: verbose)
  }

  /// The same before anything is done: what the platform gives now and the specs don't, or the other way
  /// round.
  func driftText(verbose: Bool) -> String {
    let verb = gains ? (isOne ? "lacks" : "lack") : (isOne ? "has" : "have")
    return sentence(verb: verb, verbose: verbose, remark: gains ? "" : ", beyond the specs")
  }

  private var isOne: Bool { roles.count == 1 && !includesLender }

  private func sentence(verb: String, verbose: Bool, remark: String = "") -> String {
    let limit = verbose ? Int.max : 3
    let names = roles.map(named)
    let who = names.count > limit ? listed(names, limit: limit) : enumerated(names)
    if includesLender, let through {
      // Of its own and lent are one loss to whoever reads it.
      return "\(named(through)) and, through it, \(who) \(verb) \(privileges) on \(objects.text(limit: limit))"
        + remark + consequence
    }
    let path = through.map { ", through \(named($0))" } ?? ""
    return "\(who) \(verb) \(privileges) on \(objects.text(limit: limit))\(path)\(remark)\(consequence)"
  }

  /// Privileges on what lies in a schema are of use only with USAGE on it.
  private var consequence: String {
    guard inside > 0 else { return "" }
    return ", and with it the use of what they hold on \(counted(inside, "object")) there"
  }
}

func effectGroups(_ effects: [Effect]) -> [EffectGroup] {
  let byRole = grouped(effects) { OneRole($0) }.map { alike in
    var union = ObjectUnion(ObjectWords(alike[0].on))
    for effect in alike.dropFirst() { union.add(ObjectWords(effect.on)) }
    let first = alike[0]
    return EffectGroup(
      gains: first.gains, privileges: first.privileges, through: first.through, objects: union.objects,
      roles: [first.role], inside: alike.reduce(0) { $0 + ($1.inside ?? 0) })
  }
  let groups = grouped(byRole) { group in
    var key = group
    key.roles = []
    return key
  }
  let joined = groups.map { alike in
    var group = alike[0]
    group.roles = alike.flatMap(\.roles)
    return group
  }
  let told = withLenders(joined)
  return told.filter { !$0.gains } + told.filter(\.gains)
}

/// Tells of a role and of those who have its privileges in one line, where it is the same that they gain or lose.
private func withLenders(_ groups: [EffectGroup]) -> [EffectGroup] {
  var lenders: [EffectGroup: Int] = [:]
  for (index, group) in groups.enumerated() where group.through == nil && group.roles.count == 1 {
    lenders[group] = index
  }
  var (told, merged) = (groups, Set<Int>())
  for (index, group) in groups.enumerated() {
    guard let through = group.through else { continue }
    var own = group
    (own.through, own.roles) = (nil, [through])
    guard let lender = lenders[own] else { continue }
    told[lender] = group
    told[lender].includesLender = true
    merged.insert(index)
  }
  return told.indices.filter { !merged.contains($0) }.map { told[$0] }
}

private struct OneRole: Hashable {
  let role: String
  let gains: Bool
  let privileges: PrivilegeSet
  let through: String?
  let database: String
  let kind: ObjectKind

  init(_ effect: Effect) {
    (role, gains, privileges, through) = (effect.role, effect.gains, effect.privileges, effect.through)
    (database, kind) = (effect.on.database, effect.on.kind)
  }
}
