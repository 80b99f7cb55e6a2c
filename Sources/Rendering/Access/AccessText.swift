import Model
import Planner

/// Who may do what on one instance, for people; roles with the same access together.
package func renderAccess(_ access: InstanceAccess, style: TextStyle) -> String {
  var page = TextPage(style)
  page.heading(access.address.description)
  page.line(access.summary, indent: 2, ink: .faint)
  for group in accessGroups(access, verbose: style.verbose) {
    page.gap()
    page.line(group.heading(verbose: style.verbose), indent: 2, ink: .bold)
    for line in group.lines { page.line(line.text, indent: 4, marker: "-") }
    if group.lines.isEmpty { page.line(group.emptiness, indent: 4, ink: .faint) }
  }
  if !access.notes.isEmpty {
    page.gap()
    page.line("Notes:", indent: 2)
    for note in access.notes { page.line(note, indent: 4) }
  }
  page.gap()
  return page.text
}

/// The instances that could not be looked at, last.
package func renderNotReviewed(_ items: [NotPlanned], style: TextStyle) -> String {
  guard !items.isEmpty else { return "" }
  var page = TextPage(style)
  page.line("Not reviewed:", ink: .bold)
  for item in items {
    let isError = item.reason != .otherHost
    page.line(
      "\(item.address): \(item.message)", indent: 2, marker: isError ? "!" : "-", ink: isError ? .red : nil)
  }
  return page.text
}

struct AccessGroup {
  var subjects: [InstanceAccess.Subject]
  var lines: [AccessLine]

  /// `alice and bob`, `reporting (no login)`, `PUBLIC (everybody)`, `carol (until 2027-01-01 00:00:00 UTC)`
  func heading(verbose: Bool) -> String {
    let names = subjects.map { named($0.grantee) }
    let who = lines.isEmpty && !verbose && names.count > 10 ? listed(names, limit: 10) : enumerated(names)
    let remarks = [
      subjects[0].grantee == .everybody ? "everybody" : subjects[0].mayLogIn ? nil : "no login",
      subjects[0].expires.map { "until \($0)" },
    ].compactMap { $0 }
    return remarks.isEmpty ? who : "\(who) (\(remarks.joined(separator: ", ")))"
  }

  var emptiness: String {
    subjects[0].grantee == .everybody ? "nothing" : "nothing beside what everybody may"
  }
}

/// Subjects with the same access together, those without any last.
func accessGroups(_ access: InstanceAccess, verbose: Bool) -> [AccessGroup] {
  struct Key: Hashable {
    var lines: [AccessLine]
    var mayLogIn: Bool
    var isEverybody: Bool
    var expires: Timestamp?
  }
  var order: [Key] = []
  var subjects: [Key: [InstanceAccess.Subject]] = [:]
  for subject in access.subjects {
    let key = Key(
      lines: access.lines(of: subject, verbose: verbose), mayLogIn: subject.mayLogIn,
      isEverybody: subject.grantee == .everybody, expires: subject.expires)
    if subjects[key] == nil { order.append(key) }
    subjects[key, default: []].append(subject)
  }
  let groups = order.map { AccessGroup(subjects: subjects[$0] ?? [], lines: $0.lines) }
  return groups.filter { !$0.lines.isEmpty } + groups.filter(\.lines.isEmpty)
}
