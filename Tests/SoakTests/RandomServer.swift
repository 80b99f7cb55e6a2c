import Model
import PlanLaws
import SQL
import TestServers

extension SoakServer {
  /// Changes the server by some dozen random statements. What it refuses is left out, so that all states that come about
  /// are states that it can hold.
  func scramble(_ random: inout SeededRandom) async throws {
    for name in randomRoleNames where random.chance(60) {
      await attempt(["CREATE ROLE \(identifier: name)"], "postgres")
    }
    for _ in 0..<Int.random(in: 3...12, using: &random) {
      await attempt(RandomStatement(major: cluster.major, &random).shared(&random), "postgres")
    }
    for database in Self.databases {
      for _ in 0..<Int.random(in: 5...40, using: &random) {
        await attempt(RandomStatement(major: cluster.major, &random).inside(&random), database)
      }
    }
  }

  private func attempt(_ statements: [SQLText], _ database: String) async {
    guard let session = try? await session(database) else { return }
    for statement in statements {
      guard (try? await session.query(statement)) != nil else { break }
    }
    _ = try? await session.query("RESET ROLE")
  }
}

/// Statements that somebody might have typed, most of which the server takes.
struct RandomStatement {
  private let major: Int
  private let role: String
  private let other: String
  private let schema: String

  init(major: Int, _ random: inout SeededRandom) {
    self.major = major
    (role, other) = (random.pick(randomRoleNames), random.pick(randomRoleNames))
    schema = random.pick(["s1", "s1", "s 2"])
  }

  /// What all databases share.
  func shared(_ random: inout SeededRandom) -> [SQLText] {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: ["ALTER ROLE \(identifier: role) \(sql: random.pick(Self.attributes))"]
    case 1: ["ALTER ROLE \(identifier: role) SET work_mem TO \(literal: random.pick(["4MB", "8MB"]))"]
    case 2: ["COMMENT ON ROLE \(identifier: role) IS \(literal: random.pick(["new", "old"]))"]
    case 3: ["REVOKE \(identifier: other) FROM \(identifier: role) CASCADE"]
    case 4: ["GRANT \(sql: onDatabase(&random)) TO \(sql: grantee(&random))"]
    case 5: ["REVOKE \(sql: onDatabase(&random)) FROM \(sql: grantee(&random)) CASCADE"]
    case 6: ["SET ROLE \(identifier: role)", membership(&random)]
    case 7: ["SET ROLE \(identifier: role)", onShared(&random)]
    case 8: [onShared(&random)]
    default: [membership(&random)]
    }
  }

  private static let attributes: [SQLText] = [
    "LOGIN", "NOLOGIN", "CREATEDB", "NOCREATEDB", "INHERIT", "NOINHERIT", "CONNECTION LIMIT 5", "CONNECTION LIMIT -1",
  ]

  private func onDatabase(_ random: inout SeededRandom) -> SQLText {
    let privileges: SQLText = random.pick(["CONNECT", "CREATE", "TEMPORARY", "ALL"])
    return "\(sql: privileges) ON DATABASE \(identifier: random.pick(SoakServer.databases))"
  }

  private func membership(_ random: inout SeededRandom) -> SQLText {
    let options: [SQLText] =
      major < 16
      ? ["", "WITH ADMIN OPTION"]
      : ["", "WITH ADMIN TRUE", "WITH INHERIT FALSE", "WITH INHERIT TRUE, SET TRUE", "WITH SET FALSE"]
    return "GRANT \(identifier: other) TO \(identifier: random.pick(randomRoleNames)) \(sql: random.pick(options))"
  }

  /// What lies in one database.
  func inside(_ random: inout SeededRandom) -> [SQLText] {
    switch Int.random(in: 0..<28, using: &random) {
    case 0: ["CREATE SCHEMA \(identifier: schema) AUTHORIZATION \(identifier: role)"]
    case 1: ["CREATE SCHEMA \(identifier: schema)"]
    case 2: ["CREATE TABLE \(qualified: [schema, random.pick(Self.tables)]) (i int, j int)"]
    case 3:
      random.chance(50)
        ? ["CREATE SEQUENCE \(qualified: [schema, "q"])"]
        : ["CREATE FUNCTION \(qualified: [schema, "f"]) (integer) RETURNS int LANGUAGE sql AS 'select 1'"]
    case 4: ["ALTER \(sql: object(&random)) OWNER TO \(identifier: role)"]
    case 5: ["ALTER SCHEMA \(identifier: schema) OWNER TO \(identifier: role)"]
    case 6, 7: [defaults(&random)]
    case 8, 9, 10: [revoke(&random)]
    case 11, 12, 13: ["SET ROLE \(identifier: role)", grant(&random)]
    case 14, 15: [make(&random)]
    case 16: ["ALTER \(sql: random.pick(Self.movable(schema))) OWNER TO \(identifier: role)"]
    default: [grant(&random)]
    }
  }

  private static let tables = ["t1", "t2", "T 3"]

  private func grantee(_ random: inout SeededRandom) -> SQLText {
    random.chance(15) ? "PUBLIC" : "\(identifier: other)"
  }

  private func object(_ random: inout SeededRandom) -> SQLText {
    random.pick([
      "TABLE \(qualified: [schema, random.pick(Self.tables)])",
      "TABLE \(qualified: [schema, random.pick(Self.tables)])",
      "SEQUENCE \(qualified: [schema, "q"])", "FUNCTION \(qualified: [schema, "f"]) (integer)",
    ])
  }

  /// Privileges and what they are of.
  private func privileges(_ random: inout SeededRandom) -> SQLText {
    let onTable: [SQLText] = ["SELECT", "INSERT", "SELECT, UPDATE", "DELETE, TRUNCATE", "REFERENCES, TRIGGER", "ALL"]
    let onColumns: [SQLText] = ["SELECT (i)", "UPDATE (i, j)", "INSERT (j), SELECT (j)", "REFERENCES (i)", "ALL (j)"]
    return switch Int.random(in: 0..<10, using: &random) {
    case 0: "\(sql: random.pick(["USAGE", "CREATE", "ALL"])) ON SCHEMA \(identifier: schema)"
    case 1: "\(sql: random.pick(["USAGE", "SELECT", "UPDATE", "ALL"])) ON SEQUENCE \(qualified: [schema, "q"])"
    case 2: "EXECUTE ON FUNCTION \(qualified: [schema, "f"]) (integer)"
    case 3, 4: "\(sql: random.pick(onColumns)) ON TABLE \(qualified: [schema, random.pick(Self.tables)])"
    case 5: random.pick(["USAGE ON TYPE \(qualified: [schema, "mood"])", "USAGE ON LANGUAGE plpgsql"])
    case 6:
      random.pick([
        "USAGE ON FOREIGN DATA WRAPPER fake", "USAGE ON FOREIGN SERVER far", "SELECT ON LARGE OBJECT 4711",
        "ALL ON LARGE OBJECT 4711",
      ])
    default: "\(sql: random.pick(onTable)) ON TABLE \(qualified: [schema, random.pick(Self.tables)])"
    }
  }

  private func make(_ random: inout SeededRandom) -> SQLText {
    random.pick([
      "CREATE TYPE \(qualified: [schema, "mood"]) AS ENUM ('a')", "CREATE DOMAIN \(qualified: [schema, "mood"]) AS int",
      "CREATE FOREIGN DATA WRAPPER fake", "CREATE SERVER far FOREIGN DATA WRAPPER fake", "SELECT lo_create(4711)",
    ])
  }

  /// A foreign-data wrapper belongs to superusers alone.
  private static func movable(_ schema: String) -> [SQLText] {
    ["TYPE \(qualified: [schema, "mood"])", "SERVER far", "LARGE OBJECT 4711"]
  }

  private func onShared(_ random: inout SeededRandom) -> SQLText {
    let what: SQLText = random.pick([
      "CREATE ON TABLESPACE fast", "SET ON PARAMETER work_mem", "SET, ALTER SYSTEM ON PARAMETER work_mem",
    ])
    return random.chance(70)
      ? "GRANT \(sql: what) TO \(sql: grantee(&random)) \(sql: random.chance(35) ? "WITH GRANT OPTION" : "")"
      : "REVOKE \(sql: what) FROM \(sql: grantee(&random)) CASCADE"
  }

  private func grant(_ random: inout SeededRandom) -> SQLText {
    let option: SQLText = random.chance(35) ? "WITH GRANT OPTION" : ""
    return "GRANT \(sql: privileges(&random)) TO \(sql: grantee(&random)) \(sql: option)"
  }

  private func revoke(_ random: inout SeededRandom) -> SQLText {
    let option: SQLText = random.chance(30) ? "GRANT OPTION FOR" : ""
    return "REVOKE \(sql: option) \(sql: privileges(&random)) FROM \(sql: grantee(&random)) CASCADE"
  }

  private func defaults(_ random: inout SeededRandom) -> SQLText {
    let place: SQLText = random.chance(60) ? "IN SCHEMA \(identifier: schema)" : ""
    let privileges: SQLText = random.pick([
      "SELECT ON TABLES", "INSERT, UPDATE ON TABLES", "USAGE ON SEQUENCES", "EXECUTE ON ROUTINES",
    ])
    let start: SQLText = "ALTER DEFAULT PRIVILEGES FOR ROLE \(identifier: role) \(sql: place)"
    return random.chance(70)
      ? "\(sql: start) GRANT \(sql: privileges) TO \(sql: grantee(&random))"
      : "\(sql: start) REVOKE \(sql: privileges) FROM \(sql: grantee(&random))"
  }
}
