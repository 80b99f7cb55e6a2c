import Model
import Planner
import Testing

@testable import PostgresCatalog

/// What the customer's own administrator may do where the superuser is the cloud's, on every version.
///
/// - Source: RDS User Guide, "Understanding the rds_superuser role"; Cloud SQL, "About PostgreSQL users and roles"; Azure,
///   "Create users in Azure Database for PostgreSQL"; for the rules by version PostgreSQL's release notes of 16, "Privileges".
@Suite struct ManagedServiceTests {
  static let all = ManagedService.allCases.flatMap { service in (13...18).map { (service, $0) } }

  @Test(arguments: all) func theServiceIsKnownByItsRoles(service: ManagedService, major: Int) {
    #expect(fixture(service, major).service == service)
    #expect(!fixture(service, major).capabilities.isSuperuser)
  }

  @Test(arguments: all) func whatItMayDoWithRoles(service: ManagedService, major: Int) {
    let observed = fixture(service, major)
    expect(observed, .createRole(name: "new", attributes: RoleAttributes()), nil)
    expect(observed, .createRole(name: "new", attributes: with { $0.createDatabase = true }), nil)
    expect(observed, .createRole(name: "new", attributes: with { $0.superuser = true }), "SUPERUSER")
    expect(observed, .createRole(name: "new", attributes: with { $0.replication = true }), "REPLICATION")
    expect(observed, .setPassword(role: "made", reference: .environment(variable: "P")), nil)
    expect(observed, .removePassword(role: "made"), nil)
    expect(observed, .dropRole(name: service.owner), "only a superuser may change the superuser")
    // CREATEROLE alone was enough before 16.
    let needsAdmin = major >= 16 ? "needs ADMIN OPTION" : nil
    expect(observed, .alterRole(name: "foreign", attributes: with { $0.login = true }, fields: [.login]), needsAdmin)
    expect(observed, .dropRole(name: "foreign"), needsAdmin)
  }

  @Test(arguments: all) func whatItMayLend(service: ManagedService, major: Int) {
    let observed = fixture(service, major)
    expect(observed, .grantMembership(edge("made", "foreign", major)), nil)
    expect(observed, .grantMembership(edge(service.administrators, "made", major)), nil)
    expect(observed, .grantMembership(edge(service.owner, "made", major)), "only a superuser may lend")
    expect(observed, .grantMembership(edge("foreign", "made", major)), major >= 16 ? "needs ADMIN OPTION" : nil)
    // What the cloud lent only the cloud takes back, from 16 on.
    let lent = edge(service.administrators, "admin", major, by: service.owner)
    expect(observed, .revokeMembership(lent), major >= 16 ? "may not act for \(service.owner)" : nil)
  }

  @Test(arguments: all) func whatBelongsToOthers(service: ManagedService, major: Int) {
    let observed = fixture(service, major)
    expect(observed, .createDatabase(name: "x", owner: nil), nil)
    // It made the role, and is no member of it.
    expect(observed, .createDatabase(name: "x", owner: "made"), "has to be a member")
    let both: [Edit] = [.grantMembership(edge("made", "admin", major)), .createDatabase(name: "x", owner: "made")]
    #expect(obstacles(to: both, observed: observed) == [])
    expect(observed, .setParameter(name: "work_mem", value: "8MB"), "may not ALTER SYSTEM")
    expect(observed, .setSetting(scope: SettingScope(role: "made"), name: "work_mem", value: "8MB"), nil)
    let defaults = DefaultPrivileges(owner: "made", schema: nil, kind: .table)
    expect(
      observed, .grantDefault(database: "d", of: defaults, to: .role("foreign"), privileges: .select),
      "has to be a member")
  }

  @Test(arguments: all) func nobodyIsToldToLogInAsTheCloud(service: ManagedService, major: Int) throws {
    let observed = fixture(service, major)
    let edit = Edit.grantMembership(edge(service.owner, "made", major))
    let found = try #require(obstacles(to: [edit], observed: observed).first)
    #expect(found.message.hasSuffix("; nobody who can log in could"))
  }

  private func expect(_ observed: Observed, _ edit: Edit, _ message: String?) {
    let found = obstacles(to: [edit], observed: observed).first?.message
    if let message {
      #expect(found?.contains(message) == true, "\(edit): \(found ?? "allowed")")
    } else {
      #expect(found == nil, "\(edit)")
    }
  }
}

@Suite struct CapableRolesTests {
  @Test(arguments: [15, 16]) func whoCouldIsNamed(major: Int) {
    var observed = fixture(nil, major)
    for name in ["ann", "bob"] { observed.roles[name] = Role(attributes: with { $0.login = true }) }
    let lender = edge("foreign", "lender", major, by: "postgres", admin: true)
    observed.roles["lender"] = Role()
    observed.memberships += [lender, edge("lender", "bob", major, by: "postgres")]
    observed.capabilities = capabilities(of: "ann", observed, major)
    let edit = Edit.grantMembership(edge("foreign", "made", major))
    let others = major >= 16 ? "bob and postgres" : "admin, bob and postgres"
    #expect(
      obstacles(to: [edit], observed: observed).map(\.message) == [
        "ann may not lend role foreign: it needs ADMIN OPTION on it; \(others) could"
      ])
  }
}

extension ManagedService {
  /// The superuser that initdb made.
  fileprivate var owner: String {
    switch self {
    case .amazonRDS: "rdsadmin"
    case .cloudSQL: "cloudsqladmin"
    case .azure: "azuresu"
    }
  }
}

/// `admin` is the customer's administrator; it made `made`, and somebody else made `foreign`.
private func fixture(_ service: ManagedService?, _ major: Int) -> Observed {
  let (owner, version) = (service?.owner ?? "postgres", ServerVersion(major: major))
  var observed = Observed(presence: .running, version: version)
  observed.initialSuperuser = owner
  observed.roles = [
    owner: Role(attributes: with { ($0.superuser, $0.login) = (true, true) }), "made": Role(), "foreign": Role(),
    "admin": Role(attributes: with { ($0.login, $0.createRole, $0.createDatabase) = (true, true, true) }),
  ]
  observed.databases["d"] = Database(owner: owner, acl: .initial(kind: .database, owner: owner, version: version))
  if let service {
    observed.roles[service.administrators] = Role(attributes: with { $0.createRole = true })
    observed.memberships.append(edge(service.administrators, "admin", major, by: owner, admin: true))
  }
  if major >= 16 {
    observed.memberships.append(
      Membership(role: "made", member: "admin", grantor: owner, admin: true, inherit: false, set: false))
  }
  observed.capabilities = capabilities(of: "admin", observed, major)
  return observed
}

private func capabilities(of user: String, _ observed: Observed, _ major: Int) -> Capabilities {
  Capabilities(
    of: user, roles: observed.roles, memberships: observed.memberships, version: ServerVersion(major: major),
    allowsAlterSystem: true)
}

private func with(_ change: (inout RoleAttributes) -> Void) -> RoleAttributes {
  var attributes = RoleAttributes()
  change(&attributes)
  return attributes
}

private func edge(_ role: String, _ member: String, _ major: Int, by grantor: String = "admin", admin: Bool = false)
  -> Membership
{
  let option = major >= 16 ? true : nil
  return Membership(role: role, member: member, grantor: grantor, admin: admin, inherit: option, set: option)
}
