import SQL

/// What lies in one database. Objects of equal schema, kind, owner and list come as one row with all their names: ten
/// thousand tables are then some hundred rows. What an extension brought is the extension's and is left out.
enum DatabaseQueries {
  static let all: [SQLText] = [schemas, relations, routines, defaults, extensions]

  private static let schemas: SQLText = """
    SELECT nspname::text, pg_get_userbyid(nspowner)::text, nspacl::text FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    """

  private static let relations: SQLText = """
    SELECT n.nspname::text, CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END, pg_get_userbyid(c.relowner)::text,
      c.relacl::text, array_agg(c.relname::text)::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
    GROUP BY 1, 2, 3, 4
    """

  /// `oidvectortypes` gives the input arguments' types without their names, which is all that identifies a routine and
  /// all that an author should have to write.
  private static let routines: SQLText = """
    SELECT n.nspname::text, 'f', pg_get_userbyid(p.proowner)::text, p.proacl::text,
      array_agg(p.proname::text || '(' || oidvectortypes(p.proargtypes) || ')')::text
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    GROUP BY 1, 2, 3, 4
    """

  private static let defaults: SQLText = """
    SELECT pg_get_userbyid(a.defaclrole)::text, n.nspname::text, a.defaclobjtype, a.defaclacl::text
    FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
    """

  private static let extensions: SQLText = "SELECT extname::text, extversion FROM pg_extension"
}
