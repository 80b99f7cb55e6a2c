import SQL

/// What lies in one database. Objects of equal schema, kind, owner and list come as one row with all their names: ten
/// thousand tables are then some hundred rows. What an extension brought is among them; the last result tells it apart.
enum DatabaseQueries {
  static func all(_ interest: ObjectInterest) -> [SQLText] {
    [
      schemas, relations, routines, defaults, extensions, columns(of: interest.tablesByColumn.sorted()), types,
      languages, foreignDataWrappers, foreignServers, largeObjects(all: interest.allLargeObjects),
      ExtensionQueries.contents,
    ]
  }

  private static let schemas: SQLText = """
    SELECT nspname::text, pg_get_userbyid(nspowner)::text, nspacl::text FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    """

  /// Grouped by the list itself and put into words afterwards, once a group: naming the roles of a list is what costs.
  private static let relations: SQLText = """
    SELECT n.nspname::text, o.kind, pg_get_userbyid(o.owner)::text, o.list::text, o.names
    FROM (SELECT c.relnamespace AS namespace, CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END AS kind,
        c.relowner AS owner, c.relacl AS list, array_agg(c.relname::text)::text AS names
      FROM pg_class c
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND c.relnamespace IN (SELECT oid FROM pg_namespace
          WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
      GROUP BY 1, 2, 3, 4) o JOIN pg_namespace n ON n.oid = o.namespace
    """

  /// `oidvectortypes` gives the input arguments' types without their names, which is all that identifies a routine and
  /// all that an author should have to write.
  private static let routines: SQLText = """
    SELECT n.nspname::text, 'f', pg_get_userbyid(o.owner)::text, o.list::text, o.names
    FROM (SELECT p.pronamespace AS namespace, p.proowner AS owner, p.proacl AS list,
        array_agg(p.proname::text || '(' || oidvectortypes(p.proargtypes) || ')')::text AS names
      FROM pg_proc p
      WHERE p.pronamespace IN (SELECT oid FROM pg_namespace
          WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
      GROUP BY 1, 2, 3) o JOIN pg_namespace n ON n.oid = o.namespace
    """

  private static let defaults: SQLText = """
    SELECT pg_get_userbyid(a.defaclrole)::text, n.nspname::text, a.defaclobjtype, a.defaclacl::text
    FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
    """

  /// Columns with a list of their own; of the named tables all, so that a name that isn't there can be told.
  private static func columns(of tables: [String]) -> SQLText {
    let named: SQLText =
      tables.isEmpty ? "" : " OR a.attnum > 0 AND NOT a.attisdropped AND c.relname::text IN (\(literals: tables))"
    return """
      SELECT n.nspname::text, pg_get_userbyid(c.relowner)::text, a.attacl::text, array_agg(c.relname::text)::text,
        array_agg(a.attname::text)::text
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (a.attacl IS NOT NULL AND NOT a.attisdropped\(sql: named))
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      GROUP BY 1, 2, 3
      """
  }

  /// Types that have a name of their own: no arrays, no multiranges, and the row types of tables only where somebody
  /// granted something on them. A domain over an array has the category of arrays and is none.
  private static let types: SQLText = """
    SELECT n.nspname::text, pg_get_userbyid(t.typowner)::text, t.typacl::text, array_agg(t.typname::text)::text
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'c', 'd', 'e', 'r') AND (t.typtype = 'd' OR t.typcategory <> 'A') AND t.typisdefined
      AND (t.typtype <> 'c' OR t.typacl IS NOT NULL
        OR t.typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    GROUP BY 1, 2, 3
    """

  /// Only on trusted ones can anything be granted.
  private static let languages: SQLText = """
    SELECT '', pg_get_userbyid(lanowner)::text, lanacl::text, array_agg(lanname::text)::text
    FROM pg_language WHERE lanpltrusted GROUP BY 1, 2, 3
    """

  private static let foreignDataWrappers: SQLText = """
    SELECT '', pg_get_userbyid(fdwowner)::text, fdwacl::text, array_agg(fdwname::text)::text
    FROM pg_foreign_data_wrapper GROUP BY 1, 2, 3
    """

  private static let foreignServers: SQLText = """
    SELECT '', pg_get_userbyid(srvowner)::text, srvacl::text, array_agg(srvname::text)::text
    FROM pg_foreign_server GROUP BY 1, 2, 3
    """

  private static func largeObjects(all: Bool) -> SQLText {
    let condition: SQLText = all ? "" : "WHERE lomacl IS NOT NULL "
    return """
      SELECT '', pg_get_userbyid(lomowner)::text, lomacl::text, array_agg(oid::text)::text
      FROM pg_largeobject_metadata \(sql: condition)GROUP BY 1, 2, 3
      """
  }

  /// `serial` depends by `a`, an identity by `i`.
  static let sequencesOfColumns: SQLText = """
    SELECT ns.nspname::text, s.relname::text, nt.nspname::text, t.relname::text
    FROM pg_class s JOIN pg_namespace ns ON ns.oid = s.relnamespace
      JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.objsubid = 0
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
      JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace nt ON nt.oid = t.relnamespace
    WHERE s.relkind = 'S' AND ns.nspname !~ '^pg_' AND ns.nspname <> 'information_schema'
    """

  private static let extensions: SQLText = "SELECT extname::text, extversion FROM pg_extension"
}
