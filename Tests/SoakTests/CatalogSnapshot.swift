import SQL

/// Everything that says who may do what, as lines of text: owners, lists with their grantors, memberships, settings.
///
/// A list that was never touched is NULL and means the built-in one; after a grant and its revoke it is the built-in one
/// in words. Both are shown in words.
struct CatalogSnapshot: Equatable {
  private var lines: Set<String> = []

  static func take(of server: SoakServer) async throws -> CatalogSnapshot {
    var snapshot = CatalogSnapshot()
    for statement in shared {
      for row in try await server.session("postgres").query(statement) { snapshot.lines.insert(row[0] ?? "") }
    }
    for database in SoakServer.databases {
      for row in try await server.session(database).query(inside) {
        snapshot.lines.insert("\(database): \(row[0] ?? "")")
      }
    }
    return snapshot
  }

  func differences(from later: CatalogSnapshot) -> [String] {
    lines.subtracting(later.lines).sorted().map { "reverting loses \($0)" }
      + later.lines.subtracting(lines).sorted().map { "reverting leaves \($0)" }
  }

  private static let shared: [SQLText] = [
    """
    SELECT concat_ws(' ', 'role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
      rolbypassrls, rolconnlimit, nullif(rolvaliduntil, 'infinity'), shobj_description(oid, 'pg_authid')) FROM pg_roles
    """,
    """
    SELECT concat_ws(' ', 'membership', pg_get_userbyid(roleid), pg_get_userbyid(member), pg_get_userbyid(grantor),
      to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor') FROM pg_auth_members m
    """,
    """
    SELECT concat_ws(' ', 'setting', coalesce(datname, '*'), CASE WHEN setrole <> 0 THEN pg_get_userbyid(setrole) END, c)
    FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) c
    """,
    """
    SELECT concat_ws(' ', 'database', datname, pg_get_userbyid(datdba),
      ARRAY(SELECT i::text FROM unnest(coalesce(datacl, acldefault('d', datdba))) i ORDER BY 1)) FROM pg_database
    """,
    """
    SELECT concat_ws(' ', 'tablespace', spcname, pg_get_userbyid(spcowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(spcacl, acldefault('t', spcowner))) i ORDER BY 1)) FROM pg_tablespace
    """,
    """
    SELECT concat_ws(' ', 'parameter', parname, ARRAY(SELECT i::text FROM unnest(paracl) i ORDER BY 1))
    FROM pg_parameter_acl
    """,
  ]

  private static let inside: SQLText = """
    SELECT concat_ws(' ', 'schema', nspname, pg_get_userbyid(nspowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(nspacl, acldefault('n', nspowner))) i ORDER BY 1))
    FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL
    SELECT concat_ws(' ', relkind, relnamespace::regnamespace, relname, pg_get_userbyid(relowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(relacl,
        acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) i ORDER BY 1))
    FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT concat_ws(' ', 'column', attrelid::regclass, attname, ARRAY(SELECT i::text FROM unnest(attacl) i ORDER BY 1))
    FROM pg_attribute WHERE attrelid >= 16384 AND attacl IS NOT NULL
    UNION ALL
    SELECT concat_ws(' ', 'function', p.oid::regprocedure, pg_get_userbyid(proowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(proacl, acldefault('f', proowner))) i ORDER BY 1))
    FROM pg_proc p WHERE oid >= 16384
    UNION ALL
    SELECT concat_ws(' ', 'type', typnamespace::regnamespace, typname, pg_get_userbyid(typowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(typacl, acldefault('T', typowner))) i ORDER BY 1))
    FROM pg_type WHERE oid >= 16384 AND typrelid = 0 AND typelem = 0
    UNION ALL
    SELECT concat_ws(' ', 'language', lanname, pg_get_userbyid(lanowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(lanacl, acldefault('l', lanowner))) i ORDER BY 1)) FROM pg_language
    UNION ALL
    SELECT concat_ws(' ', 'wrapper', fdwname, pg_get_userbyid(fdwowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(fdwacl, acldefault('F', fdwowner))) i ORDER BY 1))
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT concat_ws(' ', 'server', srvname, pg_get_userbyid(srvowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(srvacl, acldefault('S', srvowner))) i ORDER BY 1))
    FROM pg_foreign_server
    UNION ALL
    SELECT concat_ws(' ', 'large object', oid, pg_get_userbyid(lomowner),
      ARRAY(SELECT i::text FROM unnest(coalesce(lomacl, acldefault('L', lomowner))) i ORDER BY 1))
    FROM pg_largeobject_metadata
    UNION ALL
    SELECT concat_ws(' ', 'default', pg_get_userbyid(defaclrole), defaclnamespace::regnamespace, defaclobjtype,
      ARRAY(SELECT i::text FROM unnest(defaclacl) i ORDER BY 1)) FROM pg_default_acl
    """
}
