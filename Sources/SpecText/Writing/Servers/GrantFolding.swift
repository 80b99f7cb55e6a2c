import Model

/// The entries of one document, folded as a person would write them: who holds the same is named in one entry, and what
/// several entries give has a name.
struct FoldedGrants {
  private(set) var entries: [GrantEntry]
  /// By name.
  private(set) var profiles: [(name: String, body: GrantBody)] = []
  private var names: [GrantBody: String] = [:]

  /// - Parameter databases: those of the document; what is so in all of them needs no database named.
  init(_ entries: [GrantEntry], databases: [String]) {
    self.entries = joined(entries, databases: databases)
    nameProfiles()
  }

  /// The profile that gives just what the entry gives, single objects and objects to come apart.
  func profile(of entry: GrantEntry) -> String? {
    guard entry.places[0].isSchema, !entry.body.isFuture else { return nil }
    return names[entry.body.shareable]
  }

  private mutating func nameProfiles() {
    var counts: [GrantBody: Int] = [:]
    for entry in entries where entry.places[0].isSchema && !entry.body.isFuture {
      counts[entry.body.shareable, default: 0] += 1
    }
    var taken: Set<String> = []
    // A name for a single key says no more than the key.
    let shared = counts.filter { $0.value > 1 && $0.key.keyCount > 1 }.keys
    for body in sorted(shared, by: \.sortKey) {
      let wanted = body.profileName
      var (name, number) = (wanted, 1)
      while !taken.insert(name).inserted {
        number += 1
        name = "\(wanted)-\(number)"
      }
      names[body] = name
      profiles.append((name, body))
    }
    profiles.sort { $0.name < $1.name }
  }
}

/// What is the same for several grantees in one place is one entry; then what is the same in several places.
private func joined(_ entries: [GrantEntry], databases: [String]) -> [GrantEntry] {
  var byGrantees: [GrantEntry: [Grantee]] = [:]
  for entry in entries {
    var key = entry
    key.grantees = []
    byGrantees[key, default: []] += entry.grantees
  }
  var byPlaces: [GrantEntry: [GrantPlace]] = [:]
  for (entry, grantees) in byGrantees {
    var key = entry
    key.grantees = grantees.sorted()
    // Single objects are those of one schema.
    if key.isAboutOnePlace {
      byPlaces[key] = key.places
    } else {
      key.places = []
      byPlaces[key, default: []] += entry.places
    }
  }
  return sorted(byPlaces.flatMap { entry, places in split(entry, places.sorted(), databases) }, by: \.sortKey)
}

/// Each key is made once: of thousands of entries they take longer to make than to compare.
private func sorted<Element>(_ elements: some Sequence<Element>, by key: (Element) -> [String]) -> [Element] {
  elements.map { (key: key($0), element: $0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.element)
}

/// What one entry can be about: all databases of the document, or schemas of one.
private func split(_ entry: GrantEntry, _ places: [GrantPlace], _ databases: [String]) -> [GrantEntry] {
  var groups: [[GrantPlace]] = []
  var schemas: [String: [GrantPlace]] = [:]
  for place in places {
    if case .schema(let database, _) = place {
      schemas[database, default: []].append(place)
    } else {
      groups.append([place])
    }
  }
  groups = merged(groups, in: databases) { if case .database = $0 { true } else { false } }
  groups = merged(groups, in: databases) { if case .contents = $0 { true } else { false } }
  return (groups + schemas.values).map { group in
    var copy = entry
    copy.places = group.sorted()
    return copy
  }
}

/// Without a database an entry means all of them.
private func merged(
  _ groups: [[GrantPlace]], in databases: [String], where isWhole: (GrantPlace) -> Bool
) -> [[GrantPlace]] {
  let whole = groups.filter { isWhole($0[0]) }
  guard whole.count == databases.count, whole.count > 1 else { return groups }
  return groups.filter { !isWhole($0[0]) } + [whole.flatMap { $0 }]
}

extension GrantEntry {
  fileprivate var isAboutOnePlace: Bool { !body.named.isEmpty }

  /// By place: beside one another stands what a reader compares.
  fileprivate var sortKey: [String] {
    let place = places.count > 1 && !places[0].isSchema ? ["0"] : places[0].order
    return place + grantees.map(\.description) + ["\(layer.rawValue)"] + body.sortKey
  }
}

extension GrantBody {
  var keyCount: Int { (place.isEmpty ? 0 : 1) + all.count }

  var sortKey: [String] {
    [place.description] + all.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" } + defaultPrivilegesOf
      + [isFuture ? "future" : ""] + named.sorted { $0.key < $1.key }.flatMap { $0.value.keys.sorted() }
  }

  /// What people call it.
  fileprivate var profileName: String {
    let tables = all[.table] ?? []
    let changes: PrivilegeSet = [.insert, .update, .delete]
    if tables.isSuperset(of: changes.union(.truncate)) { return "full" }
    if tables.isSuperset(of: changes) { return "readwrite" }
    if tables == .select { return "readonly" }
    if !tables.isDisjoint(with: changes) { return "writing" }
    return tables.isEmpty ? "use" : "reading"
  }
}
