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
        WHEN 'column' THEN has_column_privilege(r.oid, o.oid, o.part::smallint, p.privilege)
        WHEN 'type' THEN has_type_privilege(r.oid, o.oid, p.privilege)
        WHEN 'language' THEN has_language_privilege(r.oid, o.oid, p.privilege)
        WHEN 'foreign_data_wrapper' THEN has_foreign_data_wrapper_privilege(r.oid, o.oid, p.privilege)
        WHEN 'foreign_server' THEN has_server_privilege(r.oid, o.oid, p.privilege)
        WHEN 'tablespace' THEN has_tablespace_privilege(r.oid, o.oid, p.privilege)
        WHEN 'parameter' THEN has_parameter_privilege(r.oid, o.name, p.privilege)
        WHEN 'database' THEN has_database_privilege(r.oid, o.oid, p.privilege) END
    FROM (
      SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, n.nspname::text AS schema,
        c.relname::text AS name, c.oid, c.relowner AS owner, 0 AS part
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'column', n.nspname, c.relname || '.' || a.attname, c.oid, c.relowner, a.attnum
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND a.attnum > 0 AND n.nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'type', n.nspname, t.typname, t.oid, t.typowner, 0
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE typrelid = 0 AND typelem = 0 AND n.nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'language', '', lanname, oid, lanowner, 0 FROM pg_language WHERE lanpltrusted
      UNION ALL
      SELECT 'foreign_data_wrapper', '', fdwname, oid, fdwowner, 0 FROM pg_foreign_data_wrapper
      UNION ALL
      SELECT 'foreign_server', '', srvname, oid, srvowner, 0 FROM pg_foreign_server
      UNION ALL
      SELECT 'tablespace', '', spcname, oid, spcowner, 0 FROM pg_tablespace WHERE spcname = 'fast'
      UNION ALL
      SELECT 'parameter', '', 'work_mem', 0, 10, 0
      UNION ALL
      SELECT 'function', n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')', p.oid, p.proowner, 0
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'schema', '', nspname, oid, nspowner, 0 FROM pg_namespace WHERE nspname IN ('s1', 's 2')
      UNION ALL
      SELECT 'database', '', datname, oid, datdba, 0 FROM pg_database WHERE datname = current_database()
    ) o
    JOIN (VALUES ('table', 'SELECT'), ('table', 'INSERT'), ('table', 'UPDATE'), ('table', 'DELETE'),
      ('table', 'TRUNCATE'), ('table', 'REFERENCES'), ('table', 'TRIGGER'), ('table', 'MAINTAIN'),
      ('sequence', 'USAGE'), ('sequence', 'SELECT'), ('sequence', 'UPDATE'), ('function', 'EXECUTE'),
      ('column', 'SELECT'), ('column', 'INSERT'), ('column', 'UPDATE'), ('column', 'REFERENCES'), ('type', 'USAGE'),
      ('language', 'USAGE'), ('foreign_data_wrapper', 'USAGE'), ('foreign_server', 'USAGE'), ('tablespace', 'CREATE'),
      ('parameter', 'SET'), ('parameter', 'ALTER SYSTEM'), ('schema', 'USAGE'), ('schema', 'CREATE'), ('database', 'CONNECT'), ('database', 'CREATE'),
      ('database', 'TEMPORARY')) p (kind, privilege) ON p.kind = o.kind
    CROSS JOIN (SELECT oid, rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_') r
    """
}
