import Model

/// One change, or several alike, as a line of the plan.
struct ChangeLine: Hashable {
  var action: Change.Action
  var text: String
  /// The line of the specs, or the reason where there is none.
  var why: String?

  var full: String { text + (why.map { "  (\($0))" } ?? "") }

  var marker: String {
    switch action {
    case .add: "+"
    case .change: "~"
    case .remove: "-"
    case .run: ">"
    }
  }

  var ink: Ink {
    switch action {
    case .add: .green
    case .change: .yellow
    case .remove: .red
    case .run: .bold
    }
  }
}

/// The changes in words, those of the instance's things first, in their order, then memberships and
/// privileges.
func changeLines(_ changes: [Change], verbose: Bool) -> [ChangeLine] {
  resourceLines(changes.filter { $0.topic == .resource }, verbose: verbose)
    + membershipLines(changes.filter { $0.topic == .membership }).map { line in
      ChangeLine(action: line.action, text: line.command(verbose: verbose), why: line.why)
    }
    + privilegeLines(changes.filter { $0.topic == .privileges }).map { line in
      let objects = line.placeText(verbose: verbose)
      let text = line.words.command(on: objects, to: line.granteeText(verbose: verbose)) + line.grantorText
      return ChangeLine(action: line.action, text: text, why: line.why)
    }
}

/// As many that differ in nothing but their names are shown as one.
private let fewestAlike = 4

private func resourceLines(_ changes: [Change], verbose: Bool) -> [ChangeLine] {
  let acts = changes.compactMap { ResourceChange.act($0, verbose: verbose) }
  let others = changes.filter { $0.action != .run || $0.reason == nil }.map {
    ResourceChange($0, verbose: verbose)
  }
  // What is done once comes last, as it runs: first the values are written, then the server reads them.
  return grouped(others, by: \.likeness).flatMap { alike in
    alike.count < fewestAlike || alike[0].noun == nil
      ? alike.map(\.line) : [joined(alike, verbose: verbose)]
  } + acts
}

private func joined(_ alike: [ResourceChange], verbose: Bool) -> ChangeLine {
  let names = listed(alike.map { named($0.name) }, limit: verbose ? .max : 12)
  let noun = (alike[0].noun ?? "") + "s"
  let whys = grouped(alike.compactMap(\.why)) { $0 }.map { $0[0] }
  let why = whys.count > 1 ? "\(whys[0]) and \(counted(whys.count - 1, "more place"))" : whys.first
  let text = "\(grouped(alike.count)) \(noun) (\(names))" + alike[0].tail
  return ChangeLine(action: alike[0].action, text: text, why: why)
}

/// A change of one thing, in parts that show what it has in common with others.
private struct ResourceChange {
  let action: Change.Action
  let address: Address
  let details: [String]
  let why: String?

  init(_ change: Change, verbose: Bool) {
    (action, address, why) = (change.action, change.address, change.why)
    details = change.details(verbose: verbose)
  }

  /// What is done once has a reason, and that says what it is.
  static func act(_ change: Change, verbose: Bool) -> ChangeLine? {
    guard change.action == .run, let reason = change.reason else { return nil }
    let details = change.details(verbose: verbose)
    let text = reason + (details.isEmpty ? "" : ": " + details.joined(separator: ", "))
    return ChangeLine(action: .run, text: text, why: change.source.map { shown($0) })
  }

  var likeness: [String] {
    [action.rawValue, address.segments.dropLast().joined(separator: "\u{0}")] + details
  }

  var tail: String { details.isEmpty ? "" : ": " + details.joined(separator: ", ") }

  var name: String { address.segments.last ?? "" }

  /// `role` of `access/role/alice`; `nil` for the kinds of which nobody has many alike.
  var noun: String? {
    guard let kind = address.segments.dropLast().last, Self.kinds.contains(kind) else { return nil }
    return kind
  }

  private static let kinds: Set = ["role", "parameter", "setting", "database", "schema", "extension"]

  var line: ChangeLine { ChangeLine(action: action, text: subject + tail, why: why) }

  private var subject: String { address.subject }
}

extension Address {
  /// The thing as people call it: a setting of a cloud by its key, `storage.size`, of a member with its name.
  var subject: String {
    if let words = rowSecurityWords { return words }
    let below = Array(segments.dropFirst(2))
    guard let first = below.first else { return "the instance" }
    switch first {
    case "aws": return below.dropFirst().joined(separator: ".")
    case "members" where below.count > 2: return "\(named(below[1])) " + below.dropFirst(2).joined(separator: ".")
    default: return short
    }
  }
}

extension Change {
  enum Topic { case resource, membership, privileges }

  /// What the change is about: what is all of one topic reads best as a sentence of its own.
  var topic: Topic {
    let topics = facts.map(\.key.topic)
    guard let first = topics.first, topics.allSatisfy({ $0 == first }) else { return .resource }
    return first
  }

  /// `specs/orders.yaml:12`, the reason, or both.
  var why: String? {
    switch (source, reason) {
    case (let source?, let reason?): "\(shown(source)): \(reason)"
    case (let source?, nil): shown(source)
    case (nil, let reason): reason
    }
  }
}

extension FactKey {
  fileprivate var topic: Change.Topic {
    switch self {
    case .membership: .membership
    case .privileges, .defaultPrivileges: .privileges
    case .exists, .presence, .majorVersion, .layerIsIncluded, .layer, .layerParameter, .runningParameter,
      .role, .roleAttribute,
      .roleComment, .rolePassword, .setting, .database, .databaseOwner, .extension, .schema, .schemaOwner, .owner,
      .ownedObjects, .rowSecurity, .policy, .policyField,
      .backupFile, .stanza, .backup, .managed, .managedInForce, .settled, .identifier, .tag, .member, .parameterGroup,
      .awaitsRestart, .backupCopy, .keptBackup, .snapshotCopy, .keptCopy, .snapshotShare:
      .resource
    }
  }
}
