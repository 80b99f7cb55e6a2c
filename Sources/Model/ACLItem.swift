/// PostgreSQL's text form of an entry: `alice=ar*/owner`, `=U/"Some Owner"` for everybody.
///
/// - Source: PostgreSQL documentation, "Privileges"; names are quoted as `putid()` in `acl.c` does.
extension ACLEntry {
  package init?(aclItem text: some StringProtocol) {
    var rest = Substring(text).unicodeScalars
    guard let grantee = takeName(&rest), rest.popFirst() == "=" else { return nil }
    var (privileges, grantable): (PrivilegeSet, PrivilegeSet) = ([], [])
    var last: PrivilegeSet = []
    while let scalar = rest.popFirst(), scalar != "/" {
      if scalar == "*" {
        grantable.formUnion(last)
      } else if let row = PrivilegeSet.table.first(where: { $0.letter.unicodeScalars.first == scalar }) {
        last = row.privilege
        privileges.formUnion(last)
      } else {
        return nil
      }
    }
    guard let grantor = takeName(&rest), !grantor.isEmpty, rest.isEmpty else { return nil }
    self.init(
      grantee: grantee.isEmpty ? .everybody : .role(grantee), grantor: grantor, privileges: privileges,
      grantable: grantable)
  }

  package var aclItem: String {
    let letters = PrivilegeSet.table.filter { privileges.contains($0.privilege) }
      .map { "\($0.letter)" + (grantable.contains($0.privilege) ? "*" : "") }
    return quoted(grantee.role ?? "") + "=" + letters.joined() + "/" + quoted(grantor)
  }
}

private func takeName(_ rest: inout Substring.UnicodeScalarView) -> String? {
  var (name, inQuotes) = (String.UnicodeScalarView(), false)
  while let scalar = rest.first, inQuotes || (scalar != "=" && scalar != "/") {
    rest.removeFirst()
    if scalar != "\"" {
      name.append(scalar)
    } else if inQuotes, rest.first == "\"" {
      rest.removeFirst()
      name.append("\"")
    } else {
      inQuotes.toggle()
    }
  }
  return inQuotes ? nil : String(name)
}

private func quoted(_ name: String) -> String {
  let isSafe = name.unicodeScalars.allSatisfy {
    ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0.value > 127
  }
  return isSafe ? name : name.inDoubleQuotes
}
