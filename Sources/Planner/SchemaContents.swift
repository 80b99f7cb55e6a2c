import Model

/// What lies in schemas before and afterwards alike, for telling what USAGE on them is worth to a role.
struct SchemaContents {
  private struct Key: Hashable {
    var database: String
    var schema: String
  }

  private struct Lists: Hashable {
    var place: EffectPlace
    var old: Planner.Lists
    var new: Planner.Lists
  }

  private let before: EffectSide
  private let after: EffectSide
  /// By schema the pairs of lists of the objects inside, and how many objects have each.
  private var lists: [Key: [Lists: Int]] = [:]

  init(_ before: EffectSide, _ after: EffectSide) {
    (self.before, self.after) = (before, after)
    for (name, database) in before.observed.databases {
      for (id, state) in database.objects.states where id.kind.place == .schema && id.kind != .column {
        guard let new = after.observed.lists(of: id, in: name),
          let old = before.observed.lists(of: id, in: name, known: state)
        else { continue }
        let pair = Lists(place: EffectPlace(name, id), old: old, new: new)
        lists[Key(database: name, schema: id.schema), default: [:]][pair, default: 0] += 1
      }
    }
  }

  /// How many objects of the schemas the role may do something to, before and afterwards, if it may use the schema. What
  /// everybody may do isn't counted. `nil` for none.
  func count(heldBy role: String, in database: String, schemas: [String]) -> Int? {
    var count = 0
    for schema in schemas {
      for (pair, objects) in lists[Key(database: database, schema: schema)] ?? [:] {
        if holds(before, role, pair.old, pair.place), holds(after, role, pair.new, pair.place) { count += objects }
      }
    }
    return count == 0 ? nil : count
  }

  private func holds(_ side: EffectSide, _ role: String, _ lists: Planner.Lists, _ place: EffectPlace) -> Bool {
    let ways = side.privileges(of: role, lists, place)
    return PrivilegeSet.table.contains {
      ways.all.contains($0.privilege) && ways.way(of: $0.privilege) != "\(Grantee.everybody)"
    }
  }
}
