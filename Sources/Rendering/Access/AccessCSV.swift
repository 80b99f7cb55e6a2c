import Diagnostics
import Model

/// An access review as CSV (RFC 4180), a line a role, a way, and objects that are held alike.
///
/// - Shape: fields in the order of `header`; lists within a field are parted by `, `, names that could be misread stand
///   in double quotes. `objects` is `*` where it is all of the kind in the schema, and everywhere for superusers.
/// - A field that a spreadsheet would take for a formula has `'` before it.
package enum AccessCSV {
  package static let header = line([
    "instance", "role", "login", "database", "kind", "schema", "objects", "count", "privileges", "how", "through",
    "after_set_role", "grantor", "grant_option", "missing", "expires",
  ])

  /// Hands out the lines of one instance, role by role.
  package static func write(_ access: InstanceAccess, to output: (String) -> Void) {
    for subject in access.subjects {
      var text = ""
      for grant in access.grants(of: subject) { text += line(cells(grant, subject, access)) }
      output(text)
    }
  }

  private static func cells(
    _ grant: EffectiveGrant, _ subject: InstanceAccess.Subject, _ access: InstanceAccess
  ) -> [String] {
    let names = grant.objects?.names ?? []
    return [
      access.instance, subject.grantee.description, subject.mayLogIn ? "yes" : "no", grant.objects?.database ?? "*",
      grant.objects?.kind.rawValue ?? "*", grant.objects?.schema ?? "*",
      grant.isWhole ? "*" : list(names), grant.objects == nil ? "" : "\(names.count)",
      grant.way == .superuser ? "ALL" : "\(grant.privileges)", grant.way.word, list(grant.path.roles),
      grant.path.afterSetRole ?? "", grant.grantor ?? "", "\(grant.way == .owner ? [] : grant.grantable)",
      grant.missing.map { $0.rawValue.uppercased() }.joined(separator: ", "),
      access.end(of: grant, for: subject)?.rfc3339 ?? "",
    ]
  }

  private static func list(_ names: [String]) -> String {
    names.count == 1 ? names[0] : names.map(named).joined(separator: ", ")
  }

  private static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

  /// Control characters are spelled out: a record is one line, and a terminal that shows it stays whole.
  static func cell(_ text: String) -> String {
    var safe = escapedForTerminal(text)
    if let first = safe.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) { safe = "'" + safe }
    return safe.unicodeScalars.contains { $0 == "," || $0 == "\"" } ? safe.inDoubleQuotes : safe
  }
}

extension EffectiveGrant.Way {
  /// As CSV and JSON name it.
  var word: String { self == .everybody ? "public" : rawValue }
}
