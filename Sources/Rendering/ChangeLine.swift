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

/// The changes in words, those of the instance's things first, in their order, then the privileges.
func changeLines(_ changes: [Change], verbose: Bool) -> [ChangeLine] {
  let (privileges, others) = (changes.filter(\.isOfPrivileges), changes.filter { !$0.isOfPrivileges })
  return resourceLines(others, verbose: verbose)
    + privilegeLines(privileges).map { line in
      let objects = line.placeText(verbose: verbose)
      let text = line.words.command(on: objects, to: line.granteeText(verbose: verbose)) + line.grantorText
      return ChangeLine(action: line.action, text: text, why: line.why)
    }
}

/// As many that differ in nothing but their names are shown as one.
private let fewestAlike = 4

private func resourceLines(_ changes: [Change], verbose: Bool) -> [ChangeLine] {
  grouped(changes.map { ResourceChange($0, verbose: verbose) }, by: \.likeness).flatMap { alike in
    alike.count < fewestAlike || alike[0].noun == nil ? alike.map(\.line) : [joined(alike, verbose: verbose)]
  }
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

  var likeness: [String] { [action.rawValue, address.segments.dropLast().joined(separator: "\u{0}")] + details }

  var tail: String { details.isEmpty ? "" : ": " + details.joined(separator: ", ") }

  var name: String { address.segments.last ?? "" }

  /// `role` of `access/role/alice`; `nil` for the kinds of which nobody has many alike.
  var noun: String? {
    guard let kind = address.segments.dropLast().last, Self.kinds.contains(kind) else { return nil }
    return kind
  }

  private static let kinds: Set = ["role", "parameter", "setting", "database", "schema", "extension"]

  var line: ChangeLine {
    guard action == .run else { return ChangeLine(action: action, text: subject + tail, why: why) }
    let acts = details.joined(separator: ", ")
    return ChangeLine(action: action, text: acts.isEmpty ? why ?? subject : acts, why: acts.isEmpty ? nil : why)
  }

  private var subject: String { address.short.isEmpty ? "the instance" : address.short }
}

extension Change {
  var isOfPrivileges: Bool {
    !facts.isEmpty
      && facts.allSatisfy {
        switch $0.key {
        case .privileges, .defaultPrivileges: true
        default: false
        }
      }
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
