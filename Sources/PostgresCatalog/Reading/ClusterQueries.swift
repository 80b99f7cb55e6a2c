import Model
import SQL

/// What all databases share, as statements that any user may run. Their order is that of `ClusterRows`.
enum ClusterQueries {
  /// - Parameter leaving: the roles of which it matters what they own and which lists name them.
  static func all(version: ServerVersion, leaving: [String]) -> [SQLText] {
    [
      identity, roles, memberships, settings, databases, parameters, layer, owned(by: leaving), connections,
      tablespaces,
      version.major >= 15 ? parameterLists : noParameterLists,
    ]
  }

  private static let identity: SQLText = """
    SELECT current_user::text, current_database()::text, (SELECT system_identifier::text FROM pg_control_system()),
      pg_is_in_recovery(), has_table_privilege('pg_authid', 'SELECT'),
      has_table_privilege('pg_file_settings', 'SELECT')
        AND has_function_privilege('pg_show_all_file_settings()', 'EXECUTE'),
      pg_has_role('pg_read_all_settings', 'USAGE'), current_setting('is_superuser') = 'on',
      coalesce(current_setting('allow_alter_system', true), 'on') = 'on', pg_get_userbyid(10)::text
    """

  private static let roles: SQLText = """
    SELECT rolname::text, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls,
      CASE WHEN rolconnlimit >= 0 THEN rolconnlimit END,
      CASE WHEN rolvaliduntil = '-infinity' THEN -62135596800
        WHEN isfinite(rolvaliduntil) THEN floor(extract(epoch FROM rolvaliduntil))::bigint END,
      shobj_description(oid, 'pg_authid')
    FROM pg_roles
    """

  /// The edges that the server makes by itself from 16 on, for whoever creates a role, are among them.
  private static let memberships: SQLText = """
    SELECT pg_get_userbyid(m.roleid)::text, pg_get_userbyid(m.member)::text, pg_get_userbyid(m.grantor)::text,
      m.admin_option, to_jsonb(m)->>'inherit_option', to_jsonb(m)->>'set_option'
    FROM pg_auth_members m
    """

  private static let settings: SQLText = """
    SELECT r.rolname::text, d.datname::text, c.entry
    FROM pg_db_role_setting s
      LEFT JOIN pg_roles r ON r.oid = s.setrole
      LEFT JOIN pg_database d ON d.oid = s.setdatabase
      CROSS JOIN unnest(s.setconfig) AS c (entry)
    WHERE (s.setrole = 0 OR r.oid IS NOT NULL) AND (s.setdatabase = 0 OR d.oid IS NOT NULL)
    """

  private static let databases: SQLText = """
    SELECT datname::text, pg_get_userbyid(datdba)::text, datacl::text,
      datallowconn AND has_database_privilege(oid, 'CONNECT')
    FROM pg_database
    """

  static func openDatabases(among names: [String]) -> SQLText {
    """
    SELECT datname::text FROM pg_database
    WHERE datname::text IN (\(literals: names)) AND datname <> current_database()
      AND datallowconn AND has_database_privilege(oid, 'CONNECT')
    ORDER BY 1
    """
  }

  /// A value that this session was given, by its connection, its user or its database, is not the server's own.
  private static let parameters: SQLText = """
    SELECT name, vartype, context, unit, min_val, max_val, enumvals::text, boot_val, reset_val, pending_restart,
      sourcefile, source IN ('client', 'user', 'database', 'database user')
    FROM pg_settings
    """

  /// For a user who may see where a value comes from and not what the files say: values in the parameter's own unit.
  private static let layer: SQLText = """
    SELECT name, reset_val FROM pg_settings
    WHERE sourcefile LIKE '%/postgresql.auto.conf'
    """

  /// How many objects of any kind each of the roles owns in each database, the database itself included, and how many
  /// lists name it there. A list of default privileges of its own is no object: it goes with its entries. Counted for all
  /// roles, a quarter of a million entries of lists took longer than all the rest of the message.
  private static func owned(by roles: [String]) -> SQLText {
    guard !roles.isEmpty else { return "SELECT NULL, NULL, NULL, NULL WHERE false" }
    return """
      SELECT d.datname::text, pg_get_userbyid(s.refobjid)::text, count(*) FILTER (WHERE s.deptype = 'o'),
        count(*) FILTER (WHERE s.deptype = 'a')
      FROM pg_shdepend s JOIN pg_database d
        ON d.oid = CASE WHEN s.dbid = 0 AND s.classid = 'pg_database'::regclass THEN s.objid ELSE s.dbid END
      WHERE s.refclassid = 'pg_authid'::regclass
        AND s.refobjid IN (SELECT oid FROM pg_roles WHERE rolname::text IN (\(literals: roles)))
        AND (s.deptype = 'a' OR s.deptype = 'o' AND s.classid <> 'pg_default_acl'::regclass)
      GROUP BY 1, 2
      """
  }

  private static let tablespaces: SQLText = """
    SELECT spcname::text, pg_get_userbyid(spcowner)::text, spcacl::text FROM pg_tablespace
    """

  /// Only parameters on which something was granted have a row; all belong to the bootstrap superuser.
  private static let parameterLists: SQLText = "SELECT parname::text, paracl::text FROM pg_parameter_acl"
  private static let noParameterLists: SQLText = "SELECT NULL, NULL WHERE false"

  private static let connections: SQLText = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
      AND coalesce(application_name, '') NOT LIKE 'holdfast%'
    """
}

/// What only some users may read: asked in a second message, because a refusal would end the first.
enum PrivilegedQueries {
  /// - Parameter judged: the roles whose verifier is held against a reference; no other verifier leaves the server.
  static func passwords(judged: [String]) -> SQLText {
    guard !judged.isEmpty else { return "SELECT rolname::text, rolpassword IS NOT NULL, NULL FROM pg_authid" }
    return """
      SELECT rolname::text, rolpassword IS NOT NULL,
        CASE WHEN rolname::text IN (\(literals: judged)) THEN rolpassword END
      FROM pg_authid
      """
  }

  /// Every entry of the files in the order in which the server reads them: the last one of a name holds.
  static let fileSettings: SQLText = """
    SELECT name, setting, sourcefile LIKE '%/postgresql.auto.conf', error
    FROM pg_file_settings WHERE name IS NOT NULL ORDER BY seqno
    """

  static let libraries: SQLText = """
    SELECT file FROM pg_ls_dir((SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'), true, false) AS l (file)
    WHERE file LIKE '%.so'
    """

  static let availableExtensions: SQLText = "SELECT name::text FROM pg_available_extensions"
}
