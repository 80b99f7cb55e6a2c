import PlanLaws

/// SQL that makes a cluster whose roles, memberships, owners and lists are anything that a server accepts.
struct RandomAccess {
  static let roles = (0..<12).map { "r\($0)" }
  static let schemas = ["public", "s1", "s 2"]

  private let major: Int
  private var random: SeededRandom

  init(seed: UInt64, major: Int) { (random, self.major) = (SeededRandom(seed: seed), major) }

  /// Roles, memberships and the database `m`, to be run in the maintenance database.
  mutating func cluster() -> String {
    var sql = Self.roles.map { role in
      "CREATE ROLE \(role) \(pick(["LOGIN", "NOLOGIN"])) \(pick(["INHERIT", "INHERIT", "NOINHERIT"]))"
        + (role == "r11" ? " SUPERUSER" : "")
    }
    for (index, member) in Self.roles.enumerated() {
      for role in Self.roles[..<index] + ["r11"] where role != member && member != "r11" {
        guard random.chance(role == "r11" ? 8 : 22) else { continue }
        sql.append("GRANT \(role) TO \(member)\(membershipOptions())")
      }
    }
    let predefined = ["pg_read_all_data", "pg_write_all_data", "pg_monitor"] + (major >= 17 ? ["pg_maintain"] : [])
    for role in predefined where random.chance(80) {
      sql.append("GRANT \(role) TO \(pick(Self.roles))\(membershipOptions())")
    }
    sql.append("CREATE DATABASE m OWNER \(pick(Self.roles))")
    if random.chance(50) { sql.append("REVOKE ALL ON DATABASE m FROM PUBLIC") }
    sql += grants(on: "DATABASE m", ["CONNECT", "CREATE", "TEMPORARY"])
    return sql.joined(separator: ";\n") + ";\n"
  }

  /// What lies in `m`, to be run there.
  mutating func contents() -> String {
    var sql: [String] = []
    for schema in Self.schemas {
      if schema != "public" { sql.append("CREATE SCHEMA \"\(schema)\" AUTHORIZATION \(pick(Self.roles))") }
      sql += grants(on: "SCHEMA \"\(schema)\"", ["USAGE", "CREATE"])
      for number in 0..<4 { sql += table("\"\(schema)\".t\(number)") }
      sql += object("SEQUENCE \"\(schema)\".q", "", ["SELECT", "UPDATE", "USAGE"], kind: "SEQUENCE")
      sql += object(
        "FUNCTION \"\(schema)\".f(int)", " RETURNS int LANGUAGE sql AS 'select 1'", ["EXECUTE"], kind: "FUNCTION")
    }
    return sql.joined(separator: ";\n") + ";\n"
  }

  private mutating func table(_ name: String) -> [String] {
    let privileges =
      ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"] + (major >= 17 ? ["MAINTAIN"] : [])
    var sql = object("TABLE \(name)", " (a int, b int)", privileges, kind: "TABLE")
    if random.chance(40) {
      sql.append("GRANT \(pick(["SELECT", "INSERT", "UPDATE"])) (b) ON \(name) TO \(pick(Self.roles + ["PUBLIC"]))")
    }
    return sql
  }

  private mutating func object(_ name: String, _ rest: String, _ privileges: [String], kind: String) -> [String] {
    let owner = pick(Self.roles)
    var sql = ["CREATE \(name)\(rest)", "ALTER \(name) OWNER TO \(owner)"]
    // An owner may take from itself what it has by default.
    if random.chance(25) { sql.append("REVOKE ALL ON \(name) FROM \(owner)") }
    if random.chance(40) { sql.append("REVOKE ALL ON \(name) FROM PUBLIC") }
    return sql + grants(on: name, privileges)
  }

  private mutating func grants(on object: String, _ privileges: [String]) -> [String] {
    (0..<Int.random(in: 0...3, using: &random)).map { _ in
      let chosen = random.some(privileges, percent: 40)
      let list = chosen.isEmpty ? privileges[0] : chosen.joined(separator: ", ")
      let grantee = random.chance(15) ? "PUBLIC" : pick(Self.roles + ["pg_database_owner", "pg_monitor"])
      return "GRANT \(list) ON \(object) TO \(grantee)" + (grantee != "PUBLIC" && random.chance(20) ? option : "")
    }
  }

  private let option = " WITH GRANT OPTION"

  private mutating func membershipOptions() -> String {
    guard major >= 16, random.chance(60) else { return "" }
    return " WITH INHERIT \(pick(["TRUE", "FALSE"])), SET \(pick(["TRUE", "FALSE"]))"
  }

  private mutating func pick(_ choices: [String]) -> String { random.pick(choices) }
}
