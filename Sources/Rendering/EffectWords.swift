import Model
import Planner

/// Who gains or loses what, with the roles and the objects of the same fate together; losses first.
struct EffectGroup: Hashable {
  var gains: Bool
  var privileges: PrivilegeSet
  var through: String?
  var objects: ObjectWords
  var roles: [String]

  /// `alice and bob lose DELETE on 14 tables of orders.app, through orders_rw`
  func text(verbose: Bool) -> String {
    let verb = gains ? (roles.count == 1 ? "gains" : "gain") : (roles.count == 1 ? "loses" : "lose")
    return sentence(verb: verb, verbose: verbose)
  }

  /// The same before anything is done: what the platform gives now and the specs don't, or the other way
  /// round.
  func driftText(verbose: Bool) -> String {
    let verb = gains ? (roles.count == 1 ? "lacks" : "lack") : (roles.count == 1 ? "has" : "have")
    return sentence(verb: verb, verbose: verbose) + (gains ? "" : ", beyond the specs")
  }

  private func sentence(verb: String, verbose: Bool) -> String {
    let limit = verbose ? Int.max : 3
    let names = roles.map(named)
    let who = names.count > limit ? listed(names, limit: limit) : enumerated(names)
    let path = through.map { ", through \(named($0))" } ?? ""
    return "\(who) \(verb) \(privileges) on \(objects.text(limit: limit))\(path)"
  }
}

func effectGroups(_ effects: [Effect]) -> [EffectGroup] {
  let byRole = grouped(effects) { OneRole($0) }.map { alike in
    var union = ObjectUnion(ObjectWords(alike[0].on))
    for effect in alike.dropFirst() { union.add(ObjectWords(effect.on)) }
    let first = alike[0]
    return EffectGroup(
      gains: first.gains, privileges: first.privileges, through: first.through, objects: union.objects,
      roles: [first.role])
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
  return joined.filter { !$0.gains } + joined.filter(\.gains)
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
