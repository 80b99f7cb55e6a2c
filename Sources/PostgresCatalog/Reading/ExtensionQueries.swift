import SQL

/// What extensions brought, and what their scripts granted on it.
enum ExtensionQueries {
  /// - Shape: kind as `ObjectKind` writes it, schema, the list that the script left (NULL for what a fresh object has), names,
  ///   and of columns their own names beside those of their tables. Tables, sequences, functions and types come all of them,
  ///   other things only where a script granted something on them.
  /// - Source: PostgreSQL documentation, "System Catalogs", `pg_init_privs` and `pg_depend`. Members are found by their
  ///   extension, for which there is an index; looking at each object for its extension would cost with what there is.
  static let contents: SQLText = """
    WITH member AS MATERIALIZED (
      SELECT d.classid, d.objid, i.initprivs::text AS list
      FROM pg_extension e
        JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        LEFT JOIN pg_init_privs i
          ON i.classoid = d.classid AND i.objoid = d.objid AND i.objsubid = 0 AND i.privtype = 'e'
      WHERE d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
    ), granted AS MATERIALIZED (
      SELECT classoid, objoid, objsubid, initprivs::text AS list FROM pg_init_privs WHERE privtype = 'e'
    )
    SELECT kind, schema, list, array_agg(name)::text, array_agg(part)::text FROM (
      SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname::text, m.list, c.relname::text, ''
      FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      UNION ALL
      SELECT 'function', n.nspname::text, m.list, p.proname::text || '(' || oidvectortypes(p.proargtypes) || ')', ''
      FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
        JOIN pg_namespace n ON n.oid = p.pronamespace
      UNION ALL
      SELECT 'type', n.nspname::text, m.list, t.typname::text, ''
      FROM member m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
        JOIN pg_namespace n ON n.oid = t.typnamespace
      UNION ALL
      SELECT 'column', n.nspname::text, g.list, c.relname::text, a.attname::text
      FROM granted g JOIN pg_class c ON g.classoid = 'pg_class'::regclass AND c.oid = g.objoid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = g.objsubid AND a.attnum > 0
        JOIN pg_namespace n ON n.oid = c.relnamespace
      UNION ALL
      SELECT 'schema', '', g.list, n.nspname::text, ''
      FROM granted g JOIN pg_namespace n ON g.classoid = 'pg_namespace'::regclass AND n.oid = g.objoid
      UNION ALL
      SELECT 'language', '', g.list, l.lanname::text, ''
      FROM granted g JOIN pg_language l ON g.classoid = 'pg_language'::regclass AND l.oid = g.objoid
      UNION ALL
      SELECT 'foreign_data_wrapper', '', g.list, w.fdwname::text, ''
      FROM granted g JOIN pg_foreign_data_wrapper w
        ON g.classoid = 'pg_foreign_data_wrapper'::regclass AND w.oid = g.objoid
      UNION ALL
      SELECT 'foreign_server', '', g.list, s.srvname::text, ''
      FROM granted g JOIN pg_foreign_server s ON g.classoid = 'pg_foreign_server'::regclass AND s.oid = g.objoid
    ) o (kind, schema, list, name, part)
    WHERE schema !~ '^pg_' AND schema <> 'information_schema'
    GROUP BY 1, 2, 3
    """
}
