import Model
import TestServers
import Testing

/// What we say that roles may do is held against what the server says, over every role, object and privilege.
@Suite(.serialized) struct LiveEffectiveTests {
  static let majors = [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil }

  @Test(arguments: majors, [1, 2, 3, 4] as [UInt64]) func weSayWhatTheServerSays(major: Int, seed: UInt64) async throws
  {
    let live = try await LiveCatalog.start(major: major)
    var access = RandomAccess(seed: seed, major: major)
    try _ = live.cluster.psql(access.cluster())
    try _ = live.cluster.psql(access.contents(), database: "m")
    var instance = live.instance()
    instance.readsAllDatabases = true
    let observed = try await live.observe(instance)
    #expect(observed.databases["m"]?.isRead == true)
    let held = try lines(live.cluster.psql(ServerSays.held, database: "m"))
    let ours = Claims(observed)
    #expect(ours.held.subtracting(held).sorted() == [], "we say more than the server")
    #expect(held.subtracting(ours.held).sorted() == [], "the server says more than we do")
    #expect(held.count > 300)
    let assumed = try lines(live.cluster.psql(ServerSays.assumed(major: major), database: "m"))
    expectSame(ours.assumed.subtracting(ours.held), assumed)
    try checkGates(observed, held)
  }

  /// Of who may become a superuser nothing else is said.
  private func expectSame(_ ours: Set<String>, _ server: Set<String>) {
    let role = { (line: String) in line.prefix { $0 != "|" } }
    let superusers = { (lines: Set<String>) in lines.filter { $0.contains("|superuser|") } }
    #expect(superusers(ours) == superusers(server))
    let great = Set(superusers(server).map(role))
    let others = { (lines: Set<String>) in lines.filter { !great.contains(role($0)) } }
    #expect(others(ours).subtracting(others(server)).sorted() == [], "we say more than SET ROLE gives")
    #expect(others(server).subtracting(others(ours)).sorted() == [], "SET ROLE gives more than we say")
  }

  /// Nobody is said to lack CONNECT or USAGE who has it, and the other way round.
  private func checkGates(_ observed: Observed, _ held: Set<String>) throws {
    let privileges = EffectivePrivileges(observed) { database, _ in database == "m" }
    for role in RandomAccess.roles where role != "r11" {
      for grant in privileges.grants(of: role, includingEverybody: true) where grant.path.afterSetRole == nil {
        guard let objects = grant.objects, objects.kind != .database else { continue }
        #expect(grant.missing.contains(.connect) != held.contains("\(role)|database||m|CONNECT"))
        guard objects.kind.place == .schema else { continue }
        #expect(grant.missing.contains(.usage) != held.contains("\(role)|schema||\(objects.schema)|USAGE"))
      }
    }
  }

  private func lines(_ text: String) -> Set<String> { Set(text.split(separator: "\n").map(String.init)) }
}

/// Our own answers in the server's form: `role|kind|schema|name|PRIVILEGE`.
private struct Claims {
  var held: Set<String> = []
  var assumed: Set<String> = []

  init(_ observed: Observed) {
    let privileges = EffectivePrivileges(observed) { database, id in database == "m" && id.kind != .column }
    let columns = EffectivePrivileges(observed) { database, id in
      database == "m" && [.table, .column].contains(id.kind)
    }
    for role in RandomAccess.roles {
      // Superusers are asked of one line: everything.
      let grants = privileges.grants(of: role, includingEverybody: true)
      if role == "r11" {
        #expect(grants.map(\.way) == [.superuser] && grants[0].objects == nil)
        continue
      }
      add(role, grants)
      add(columnsOf: role, columns.grants(of: role, includingEverybody: true))
    }
  }

  private mutating func add(_ role: String, _ grants: [EffectiveGrant]) {
    for grant in grants {
      guard let objects = grant.objects else {
        assumed.insert("\(role)|superuser|\(grant.path.roles.last ?? "")")
        continue
      }
      for name in objects.names {
        for privilege in grant.privileges.keywords {
          let line = "\(role)|\(objects.kind.rawValue)|\(objects.schema)|\(name)|\(privilege)"
          if grant.path.afterSetRole == nil { held.insert(line) } else { assumed.insert(line) }
        }
      }
    }
  }

  /// A table's privilege is one on each of its columns; all tables have the columns a and b.
  private mutating func add(columnsOf role: String, _ grants: [EffectiveGrant]) {
    for grant in grants where grant.path.afterSetRole == nil {
      guard let objects = grant.objects else { continue }
      for name in objects.names {
        let columns = objects.kind == .table ? ["\(name).a", "\(name).b"] : [name]
        for privilege in grant.privileges.keywords where ["SELECT", "INSERT", "UPDATE"].contains(privilege) {
          for column in columns { held.insert("\(role)|column|\(objects.schema)|\(column)|\(privilege)") }
        }
      }
    }
  }
}

/// The server's answers.
private enum ServerSays {
  static let held = """
    \(objects)
    SELECT concat_ws('|', r.rolname, o.kind, o.schema, o.name, o.privilege) FROM r JOIN o ON pg_temp.may(r.oid, o)
    """

  /// By another role that the role may become, and not by itself.
  static func assumed(major: Int) -> String {
    let canSet = major >= 16 ? "pg_has_role(r.oid, x.oid, 'SET')" : "pg_has_role(r.oid, x.oid, 'MEMBER')"
    return """
      \(objects)
      SELECT DISTINCT concat_ws('|', r.rolname, o.kind, o.schema, o.name, o.privilege)
      FROM r JOIN pg_roles x ON x.oid <> r.oid AND NOT x.rolsuper AND \(canSet)
        JOIN o ON o.kind <> 'column' AND pg_temp.may(x.oid, o) AND NOT pg_temp.may(r.oid, o)
      UNION ALL
      SELECT concat_ws('|', r.rolname, 'superuser', x.rolname)
      FROM r JOIN pg_roles x ON x.rolsuper AND \(canSet)
      """
  }

  private static let objects = """
    CREATE TEMP TABLE o (kind text, schema text, name text, oid oid, col text, privilege text);
    CREATE FUNCTION pg_temp.may(r oid, o pg_temp.o) RETURNS bool LANGUAGE sql AS $$
      SELECT CASE o.kind
        WHEN 'database' THEN has_database_privilege(r, o.oid, o.privilege)
        WHEN 'schema' THEN has_schema_privilege(r, o.oid, o.privilege)
        WHEN 'table' THEN has_table_privilege(r, o.oid, o.privilege)
        WHEN 'column' THEN has_column_privilege(r, o.oid, o.col, o.privilege)
        WHEN 'sequence' THEN has_sequence_privilege(r, o.oid, o.privilege)
        WHEN 'type' THEN has_type_privilege(r, o.oid, o.privilege)
        WHEN 'language' THEN has_language_privilege(r, o.oid, o.privilege)
        WHEN 'function' THEN has_function_privilege(r, o.oid, o.privilege) END $$;
    CREATE TEMP VIEW r AS SELECT oid, rolname FROM pg_roles WHERE rolname ~ '^r[0-9]' AND NOT rolsuper;
    INSERT INTO o SELECT 'database', '', datname, oid, NULL, unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY'])
      FROM pg_database WHERE datname = 'm';
    INSERT INTO o SELECT 'schema', '', nspname, oid, NULL, unnest(ARRAY['USAGE', 'CREATE'])
      FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema';
    INSERT INTO o SELECT 'table', nspname, relname, c.oid, NULL, p
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace, unnest(
        ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
        || CASE WHEN current_setting('server_version_num')::int >= 170000 THEN ARRAY['MAINTAIN'] ELSE '{}' END) p
      WHERE relkind = 'r' AND nspname IN ('public', 's1', 's 2');
    INSERT INTO o SELECT 'column', nspname, relname || '.' || attname, c.oid, attname, p
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0,
        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) p
      WHERE relkind = 'r' AND nspname IN ('public', 's1', 's 2');
    INSERT INTO o SELECT 'sequence', nspname, relname, c.oid, NULL, unnest(ARRAY['SELECT', 'UPDATE', 'USAGE'])
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind = 'S' AND nspname IN ('public', 's1', 's 2');
    INSERT INTO o SELECT 'function', nspname, 'f(integer)', p.oid, NULL, 'EXECUTE'
      FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname IN ('public', 's1', 's 2');
    INSERT INTO o SELECT 'language', '', lanname, oid, NULL, 'USAGE' FROM pg_language WHERE lanpltrusted;
    INSERT INTO o SELECT 'type', nspname, typname, t.oid, NULL, 'USAGE'
      FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
      WHERE typtype IN ('d', 'e', 'r') AND nspname IN ('public', 's1', 's 2');
    """
}
