import Model
import SQL

/// Who may do what on what, as the server itself says.
struct AccessMatrix {
  struct Cell: Hashable {
    var role: String
    var database: String
    var object: ObjectID
    var owner: String
    var privilege: PrivilegeSet
    var isHeld: Bool
  }

  private(set) var cells: [Cell] = []
  /// For each role that is no superuser the roles whose privileges it has, itself included.
  private(set) var lenders: [String: Set<String>] = [:]

  static func read(from server: SoakServer, in databases: [String]) async throws -> AccessMatrix {
    var matrix = AccessMatrix()
    for row in try await server.session("postgres").query(usage) {
      matrix.lenders[row[0] ?? "", default: []].insert(row[1] ?? "")
    }
    for database in databases {
      let session = try await server.session(database)
      let hasMaintain = await session.serverVersion >= 170_000
      for row in try await session.query(hasMaintain ? privileges : privilegesBefore17) {
        matrix.cells.append(cell(row, database))
      }
    }
    return matrix
  }

  private static func cell(_ row: SQLRow, _ database: String) -> Cell {
    Cell(
      role: row[0] ?? "", database: database,
      object: ObjectID(kind: ObjectKind(rawValue: row[1] ?? "") ?? .table, schema: row[2] ?? "", name: row[3] ?? ""),
      owner: row[4] ?? "", privilege: PrivilegeSet(keyword: row[5] ?? "") ?? [], isHeld: row[6] == "t")
  }

  private static let usage: SQLText = """
    SELECT r.rolname::text, g.rolname::text FROM pg_roles r, pg_roles g
    WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND pg_has_role(r.oid, g.oid, 'USAGE')
    """

  private static let privileges: SQLText = "\(sql: matrix)"
  private static let privilegesBefore17: SQLText = "\(sql: matrix) WHERE p.privilege <> 'MAINTAIN'"

  /// `CASE` keeps the server from asking about a privilege that the kind lacks.
  private static let matrix: SQLText = """
    SELECT r.rolname::text, o.kind, o.schema, o.name, pg_get_userbyid(o.owner)::text, p.privilege,
      CASE o.kind WHEN 'table' THEN has_table_privilege(r.oid, o.oid, p.privilege)
        WHEN 'sequence' THEN has_sequence_privilege(r.oid, o.oid, p.privilege)
        WHEN 'function' THEN has_function_privilege(r.oid, o.oid, p.privilege)
        WHEN 'schema' THEN has_schema_privilege(r.oid, o.oid, p.privilege)
        WHEN 'database' THEN has_database_privilege(r.oid, o.oid, p.privilege) END
    FROM (
      SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, n.nspname::text AS schema,
        c.relname::text AS name, c.oid, c.relowner AS owner
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'function', n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')', p.oid, p.proowner
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'schema', '', nspname, oid, nspowner FROM pg_namespace WHERE nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'database', '', datname, oid, datdba FROM pg_database WHERE datname = current_database()
    ) o
    JOIN (VALUES ('table', 'SELECT'), ('table', 'INSERT'), ('table', 'UPDATE'), ('table', 'DELETE'),
      ('table', 'TRUNCATE'), ('table', 'REFERENCES'), ('table', 'TRIGGER'), ('table', 'MAINTAIN'),
      ('sequence', 'USAGE'), ('sequence', 'SELECT'), ('sequence', 'UPDATE'), ('function', 'EXECUTE'),
      ('schema', 'USAGE'), ('schema', 'CREATE'), ('database', 'CONNECT'), ('database', 'CREATE'),
      ('database', 'TEMPORARY')) p (kind, privilege) ON p.kind = o.kind
    CROSS JOIN (SELECT oid, rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_') r
    """
}
