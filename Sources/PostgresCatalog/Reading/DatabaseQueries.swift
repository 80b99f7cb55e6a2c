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

  private static let relations: SQLText = """
    SELECT n.nspname::text, CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END, pg_get_userbyid(c.relowner)::text,
      c.relacl::text, array_agg(c.relname::text)::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    GROUP BY 1, 2, 3, 4
    """

  /// `oidvectortypes` gives the input arguments' types without their names, which is all that identifies a routine and
  /// all that an author should have to write.
  private static let routines: SQLText = """
    SELECT n.nspname::text, 'f', pg_get_userbyid(p.proowner)::text, p.proacl::text,
      array_agg(p.proname::text || '(' || oidvectortypes(p.proargtypes) || ')')::text
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    GROUP BY 1, 2, 3, 4
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
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('b', 'c', 'd', 'e', 'r') AND (t.typtype = 'd' OR t.typcategory <> 'A') AND t.typisdefined
      AND (t.typtype <> 'c' OR c.relkind = 'c' OR t.typacl IS NOT NULL)
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

  private static let extensions: SQLText = "SELECT extname::text, extversion FROM pg_extension"
}
