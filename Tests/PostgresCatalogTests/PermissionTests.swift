import Model
import Planner
import Testing

@testable import PostgresCatalog

@Suite struct PermissionTests {
  @Test(
    arguments: [
      // Inherited by its own attribute before 16, by the edge from 16 on.
      (15, true, Bool?.none, true), (15, false, nil, false), (16, false, true, true),
      (16, true, false, false),
    ] as [(Int, Bool, Bool?, Bool)])
  func inheritance(major: Int, attribute: Bool, edge: Bool?, inherits: Bool) {
    var roles = ["app": Role(), "owner": Role()]
    roles["app"]?.attributes.inherit = attribute
    let capabilities = Capabilities(
      of: "app", roles: roles,
      memberships: [
        Membership(
          role: "owner", member: "app", grantor: "postgres", inherit: edge, set: edge.map { _ in true })
      ],
      version: ServerVersion(major: major), allowsAlterSystem: true)
    #expect(capabilities.actsAs.contains("owner") == inherits)
  }

  @Test func creatingRolesIsEnoughForAllBefore16() {
    let roles = ["admin": creator, "other": Role(), "postgres": superuser]
    func administered(_ major: Int) -> [String] {
      Capabilities(
        of: "admin", roles: roles, memberships: [], version: ServerVersion(major: major),
        allowsAlterSystem: true
      ).administers
    }
    #expect(administered(15) == ["admin", "other"])
    #expect(administered(16) == [])
  }

  @Test(
    arguments: [
      (.createRole(name: "a", attributes: RoleAttributes()), nil),
      (.createRole(name: "a", attributes: replicating), "may not give or take REPLICATION"),
      (.alterRole(name: "postgres", attributes: RoleAttributes(), fields: [.login]), "only a superuser"),
      (.setParameter(name: "work_mem", value: "1MB"), "may not ALTER SYSTEM"),
      (.createDatabase(name: "x", owner: nil), "may not create databases"),
      (.setSchemaOwner(database: "d", schema: "s", owner: "admin"), "it belongs to o"),
      (
        .setOwner(of: ObjectGroup(database: "d", kind: .table, schema: "s", names: ["t"]), owner: "o"),
        "it has to be a member of that role"
      ),
      (grant(as: "o"), "may not grant as o"),
      (.grantMembership(Membership(role: "new", member: "m", grantor: "admin")), nil),
    ] as [(Edit, String?)])
  func obstacles(edit: Edit, message: String?) {
    let found = PostgresCatalog.obstacles(to: [edit], observed: observed).first?.message
    if let message {
      #expect(found?.contains(message) == true, "\(found ?? "none")")
    } else {
      #expect(found == nil)
    }
  }

  @Test func aSchemaMayGetItsOwnerJustBefore() {
    var observed = observed
    let table = ObjectGroup(database: "d", kind: .table, schema: "s", names: ["t"])
    observed.databases["d"]?.objects.states[ObjectID(kind: .table, schema: "s", name: "t")] = ObjectState(
      owner: "o", acl: ACL())
    observed.memberships = ["o", "m"].map { Membership(role: $0, member: "admin", grantor: "postgres") }
    let give = Edit.setOwner(of: table, owner: "m")
    let alone = PostgresCatalog.obstacles(to: [give], observed: observed)
    #expect(alone.map(\.message) == ["m has no CREATE on schema s, and only a superuser may give it something there"])
    let both: [Edit] = [.setSchemaOwner(database: "d", schema: "s", owner: "m"), give]
    #expect(PostgresCatalog.obstacles(to: both, observed: observed) == [])
  }

  @Test func nothingStopsASuperuser() {
    var observed = observed
    observed.capabilities = Capabilities(
      of: "postgres", roles: observed.roles, memberships: [], version: ServerVersion(major: 15),
      allowsAlterSystem: true)
    let edits: [Edit] = [
      grant(as: "o"), .createDatabase(name: "x", owner: "o"),
    ]
    #expect(PostgresCatalog.obstacles(to: edits, observed: observed) == [])
  }
}

private var creator: Role {
  var role = Role()
  role.attributes.createRole = true
  return role
}

private var superuser: Role {
  var role = Role()
  role.attributes.superuser = true
  return role
}

private var replicating: RoleAttributes {
  var attributes = RoleAttributes()
  attributes.replication = true
  return attributes
}

private func grant(as grantor: String) -> Edit {
  let group = ObjectGroup(database: "d", kind: .schema, names: ["s"])
  return .grant(on: group, to: .role("m"), grantor: grantor, privileges: .usage, grantable: false)
}

private var observed: Observed {
  let version = ServerVersion(major: 15)
  var observed = Observed(presence: .running, version: version)
  observed.roles = ["admin": creator, "o": Role(), "m": Role(), "postgres": superuser]
  observed.databases["d"] = Database(owner: "o", acl: .initial(kind: .database, owner: "o", version: version))
  observed.databases["d"]?.schemas["s"] = Schema(
    owner: "o", acl: .initial(kind: .schema, owner: "o", version: version))
  observed.capabilities = Capabilities(
    of: "admin", roles: observed.roles, memberships: [], version: version, allowsAlterSystem: true)
  return observed
}
