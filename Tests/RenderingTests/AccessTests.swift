import Model
import Rendering
import Testing

struct AccessTests {
  @Test func aReviewReadsAsAPersonWouldSayIt() {
    let text = renderAccess(review(), style: TextStyle(width: 100))
    #expect(
      text == """
        instance/orders
          PostgreSQL 15.20 on db1 (server)

          PUBLIC (everybody)
            - CONNECT on database orders
            - EXECUTE on function orders.app.f, but no USAGE on the schema

          alice and bob
            - USAGE on schema orders.app, through team → orders_rw
            - SELECT, INSERT on all 5 tables of orders.app, through team → orders_rw, with grant option on
              INSERT

          boss
            - everything, as the superuser postgres, only after SET ROLE postgres

          carol (until 2027-01-31 00:00:00 UTC)
            - SELECT on table orders.app.t1, but no USAGE on the schema

          postgres
            - everything, as superuser

          =evil
            nothing beside what everybody may


        """)
  }

  @Test func aReviewIsATableForMachines() {
    var text = AccessCSV.header
    AccessCSV.write(review(objects: ["t1"])) { text += $0 }
    #expect(
      text.split(separator: "\r\n").map(String.init) == [
        "instance,role,login,database,kind,schema,objects,count,privileges,how,through,after_set_role,grantor,"
          + "grant_option,missing,expires",
        "orders,alice,yes,orders,table,app,t1,1,\"SELECT, INSERT\",grant,\"team, orders_rw\",,owner,INSERT,,",
        "orders,bob,yes,orders,table,app,t1,1,\"SELECT, INSERT\",grant,\"team, orders_rw\",,owner,INSERT,,",
        "orders,boss,yes,*,*,*,*,,ALL,superuser,postgres,postgres,,,,",
        "orders,carol,yes,orders,table,app,t1,1,SELECT,grant,,,owner,,USAGE,2027-01-31T00:00:00Z",
        "orders,postgres,yes,*,*,*,*,,ALL,superuser,,,,,,",
      ])
  }

  @Test(arguments: ["=1+1", "+1", "-1", "@sum", "=cmd|' /C calc'!A0"])
  func noFieldIsAFormula(name: String) {
    var observed = observed()
    observed.roles[name] = role()
    observed.databases["orders"]?.acl.add(ACLEntry(grantee: .role(name), grantor: name, privileges: .create))
    var text = ""
    AccessCSV.write(access(observed, [.init(.role(name), mayLogIn: true)])) { text += $0 }
    #expect(text.hasPrefix("orders,'\(name),yes,orders,database,,orders,1,CREATE,grant,,,'\(name),,,\r\n"))
  }

  @Test func aHostileNameStaysInItsField() {
    let name = "a\"b,\r\nc\u{1b}[31m"
    var observed = observed()
    observed.roles[name] = role()
    observed.databases["orders"]?.acl.add(ACLEntry(grantee: .role(name), grantor: "owner", privileges: .create))
    var text = ""
    AccessCSV.write(access(observed, [.init(.role(name), mayLogIn: true)])) { text += $0 }
    #expect(
      text
        == "orders,\"a\"\"b,\\u{D}\\u{A}c\\u{1B}[31m\",yes,orders,database,,orders,1,CREATE,grant,,,owner,,,\r\n")
  }

  private func review(objects: [String]? = nil) -> InstanceAccess {
    let expires = Timestamp(seconds: 1_801_353_600)
    let names = ["=evil", "alice", "bob", "boss", "carol", "postgres"]
    return access(
      observed(),
      [.init(.everybody, mayLogIn: false)]
        + names.map { .init(.role($0), mayLogIn: true, expires: $0 == "carol" ? expires : nil) },
      objects: objects)
  }

  private func access(
    _ observed: Observed, _ subjects: [InstanceAccess.Subject], objects: [String]? = nil
  ) -> InstanceAccess {
    var access = DesiredAccess()
    for subject in subjects {
      guard let role = subject.grantee.role else { continue }
      access.roles[role] = DesiredRole(document: Address(["access", "a"]))
      access.roles[role]?.expires = subject.expires
    }
    return InstanceAccess(
      instance: "orders", summary: "PostgreSQL 15.20 on db1 (server)", subjects: subjects, notes: [],
      privileges: EffectivePrivileges(observed) { _, id in objects?.contains(id.name) ?? true },
      includesEverybody: false, endings: AccessEndings(access))
  }

  private func role() -> Role {
    var attributes = RoleAttributes()
    attributes.login = true
    return Role(attributes: attributes)
  }

  private func observed() -> Observed {
    var observed = Observed(presence: .running, version: ServerVersion(major: 15, minor: 20))
    for name in ["=evil", "alice", "bob", "boss", "carol", "postgres", "team", "orders_rw", "owner"] {
      observed.roles[name] = role()
    }
    observed.roles["postgres"]?.attributes.superuser = true
    observed.roles["boss"]?.attributes.inherit = false
    let edges = [("orders_rw", "team"), ("team", "alice"), ("team", "bob"), ("postgres", "boss")]
    observed.memberships = edges.map { Membership(role: $0.0, member: $0.1, grantor: "postgres") }
    var database = Database(
      owner: "owner", acl: ACL([ACLEntry(grantee: .everybody, grantor: "owner", privileges: .connect)]))
    database.schemas["app"] = Schema(owner: "owner", acl: ACL([entry("orders_rw", .usage)]))
    for number in 1...5 {
      var acl = ACL([entry("orders_rw", [.select, .insert], grantable: .insert)])
      if number == 1 { acl.add(entry("carol", .select)) }
      database.objects.states[ObjectID(kind: .table, schema: "app", name: "t\(number)")] = ObjectState(
        owner: "owner", acl: acl)
    }
    database.objects.states[ObjectID(kind: .function, schema: "app", name: "f")] = ObjectState(
      owner: "owner", acl: ACL([ACLEntry(grantee: .everybody, grantor: "owner", privileges: .execute)]))
    observed.databases["orders"] = database
    return observed
  }

  private func entry(_ role: String, _ privileges: PrivilegeSet, grantable: PrivilegeSet = []) -> ACLEntry {
    ACLEntry(grantee: .role(role), grantor: "owner", privileges: privileges, grantable: grantable)
  }
}
