import Model
import Testing

@testable import Planner

/// Effective privileges and what plans say of them, where lists alone would mislead.
struct EffectiveTests {
  private let version = ServerVersion(major: 16, minor: 4)

  @Test func aTablesPrivilegeCoversItsColumns() {
    let before = cluster { $0.grant(.select, onTable: "payments", to: "alice") }
    var after = cluster { _ in }
    after.grant(.select, onColumn: "amount", of: "payments", to: "alice")
    // What stays is no gain, what goes is told of the table.
    #expect(told(before, after) == ["alice loses SELECT on table payments"])
    #expect(told(after, before) == ["alice gains SELECT on table payments"])
    #expect(told(cluster { _ in }, after) == ["alice gains SELECT on column payments.amount"])
    #expect(told(after, cluster { _ in }) == ["alice loses SELECT on column payments.amount"])
  }

  @Test func aPredefinedRoleLendsWhatNoListSays() {
    let before = cluster { _ in }
    var after = before
    after.memberships = [edge("pg_read_all_data", "alice")]
    #expect(
      told(before, after) == [
        "alice gains USAGE on schema app, through pg_read_all_data",
        "alice gains SELECT on table payments, through pg_read_all_data",
      ])
  }

  @Test func aNewOwnerOfTheDatabaseHasWhatItsOwnerHas() {
    var before = cluster { _ in }
    before.databases["d"]?.schemas["app"]?.acl.add(entry("pg_database_owner", .create))
    var after = before
    after.databases["d"]?.owner = "alice"
    #expect(
      told(before, after) == [
        "alice gains CREATE on schema app, through pg_database_owner",
        "owner loses CREATE on schema app, through pg_database_owner",
      ])
  }

  @Test func usageIsToldWithWhatItIsWorth() {
    let before = cluster { $0.grant([.select, .insert], onTable: "payments", to: "alice") }
    var after = before
    after.databases["d"]?.schemas["app"]?.acl.add(entry("alice", .usage))
    #expect(effects(from: before, to: after).map(\.inside) == [1])
    #expect(effects(from: after, to: before).map(\.inside) == [1])
    // What comes or goes with it is told for itself.
    #expect(effects(from: cluster { _ in }, to: after).map(\.inside) == [nil, nil])
  }

  @Test func superusersAreLeftOut() {
    let before = cluster { _ in }
    var after = cluster { $0.grant(.select, onTable: "payments", to: "postgres") }
    #expect(told(before, after) == [])
    after.roles["alice"]?.attributes.superuser = true
    #expect(told(before, after) == [])
  }

  @Test func aGrantOnWhatLiesInNoDatabaseIsToldToo() {
    let before = cluster { _ in }
    var after = before
    var parameter = after.untouchedParameter
    parameter.acl.add(entry("alice", [.set, .alterSystem]))
    after.shared.states[ObjectID(kind: .parameter, schema: "", name: "work_mem")] = parameter
    #expect(told(before, after) == ["alice gains SET, ALTER SYSTEM on parameter work_mem"])
    #expect(told(after, before) == ["alice loses SET, ALTER SYSTEM on parameter work_mem"])
  }

  @Test func eachKindOfObjectIsListed() {
    var observed = cluster { _ in }
    for kind in ObjectKind.allCases where kind.place != .cluster && kind != .schema && kind != .column {
      let id = ObjectID(kind: kind, schema: kind.place == .schema ? "app" : "", name: "it")
      observed.databases["d"]?.objects.states[id] = ObjectState(
        owner: "owner", acl: ACL([entry("group", kind.allPrivileges(version: version))]))
    }
    observed.grant(.update, onColumn: "amount", of: "payments", to: "group")
    observed.shared.states[ObjectID(kind: .tablespace, schema: "", name: "fast")] = ObjectState(
      owner: "owner", acl: ACL([entry("group", .create)]))
    observed.memberships = [edge("group", "alice")]
    let grants = EffectivePrivileges(observed).grants(of: "alice", includingEverybody: false)
    #expect(
      Set(grants.compactMap(\.objects?.kind)) == Set(ObjectKind.allCases).subtracting([.database, .schema, .parameter]))
    #expect(grants.allSatisfy { $0.path.roles == ["group"] && $0.way == .grant })
    // Only what lies in a database needs CONNECT, only what lies in a schema USAGE.
    for grant in grants {
      let place = grant.objects?.kind.place
      #expect(grant.missing == (place == .cluster ? [] : place == .database ? [.connect] : [.connect, .usage]))
    }
  }

  @Test func anOwnerWithoutPrivilegesIsStillTheOwner() throws {
    let observed = cluster { $0.databases["d"]?.objects.states[payments]?.acl = ACL() }
    let grants = EffectivePrivileges(observed) { _, id in id.kind == .table }
      .grants(of: "owner", includingEverybody: false)
    #expect(grants.map(\.way) == [.owner] && grants[0].privileges.isEmpty)
  }

  @Test func whatEndsFirstEndsTheAccess() throws {
    var observed = cluster { $0.grant(.select, onTable: "payments", to: "group") }
    observed.memberships = [edge("group", "alice")]
    let grants = EffectivePrivileges(observed) { _, id in id.kind == .table }
      .grants(of: "alice", includingEverybody: false)
    let grant = try #require(grants.first)
    let rule = { (expires: Int?) in
      var rule = GrantRule(
        grantees: [.role("group")], databases: ["d"],
        items: [GrantItem(selector: .all(.table, schema: "app"), privileges: .some([.select, .insert]))],
        mode: .authoritative, address: Address(["access", "a", "grant", "1"]))
      rule.expires = expires.map { Timestamp(seconds: $0) }
      return rule
    }
    var access = DesiredAccess()
    #expect(AccessEndings(access).end(of: grant, for: "alice") == nil)
    access.rules = [rule(20), rule(30)]
    #expect(AccessEndings(access).end(of: grant, for: "alice") == Timestamp(seconds: 30))
    access.roles["alice"] = DesiredRole(document: Address(["access", "a"]))
    access.roles["alice"]?.expires = Timestamp(seconds: 10)
    #expect(AccessEndings(access).end(of: grant, for: "alice") == Timestamp(seconds: 10))
    access.roles["alice"]?.memberOf = [DesiredMembership(role: "group", expires: Timestamp(seconds: 5))]
    #expect(AccessEndings(access).end(of: grant, for: "alice") == Timestamp(seconds: 5))
    access.roles = [:]
    access.rules.append(rule(nil))
    #expect(AccessEndings(access).end(of: grant, for: "alice") == nil)
  }

  @Test(arguments: [
    ("d", 4), ("other", 0), ("d.app", 3), ("d.*", 3), ("d.app.payments", 2), ("d.app.pay*", 2), ("d.app.f", 0),
    ("d.app.payments.amount", 1), ("instance/i/database/d/schema/app", 3), ("database/d/schema/app/table/payments", 2),
    ("instance/i/database/d/schema/app/table/payments/column/amount", 1), ("\"d\".\"app\".\"payments\"", 2),
  ])
  func objectsAreChosenByNameOrAddress(text: String, count: Int) throws {
    let selector = try #require(ObjectSelector(text))
    var observed = cluster { _ in }
    observed.grant(.select, onColumn: "amount", of: "payments", to: "alice")
    var found = 0
    observed.forEachListedObject { database, id, _ in if selector.selects(database, id) { found += 1 } }
    #expect(found == count)
  }

  @Test(arguments: ["", ".", "a.", "a..b", "instance/i/nonsense/x", "\"a"])
  func whatChoosesNothingIsRefused(text: String) { #expect(ObjectSelector(text) == nil) }

  private func told(_ before: Observed, _ after: Observed) -> [String] {
    effects(from: before, to: after).map { effect in
      "\(effect.role) \(effect.gains ? "gains" : "loses") \(effect.privileges) on \(effect.on.kind.rawValue) "
        + effect.on.names.joined(separator: ", ") + (effect.through.map { ", through \($0)" } ?? "")
    }
  }

  private func edge(_ role: String, _ member: String) -> Membership {
    Membership(role: role, member: member, grantor: "postgres", inherit: true, set: true)
  }

  /// `alice`, and `d` with `app.payments`, on which nobody holds anything but its owner.
  private func cluster(_ change: (inout Observed) -> Void) -> Observed {
    var observed = Observed(presence: .running, version: version)
    for name in ["alice", "group", "owner", "postgres", "pg_database_owner", "pg_read_all_data"] {
      observed.roles[name] = Role()
    }
    observed.roles["postgres"]?.attributes.superuser = true
    var database = Database(owner: "owner", acl: ACL())
    database.schemas["app"] = Schema(owner: "owner", acl: ACL())
    database.objects.states[payments] = ObjectState(
      owner: "owner", acl: .initial(kind: .table, owner: "owner", version: version))
    observed.databases["d"] = database
    change(&observed)
    return observed
  }
}

private let payments = ObjectID(kind: .table, schema: "app", name: "payments")

private func entry(_ role: String, _ privileges: PrivilegeSet) -> ACLEntry {
  ACLEntry(grantee: .role(role), grantor: "owner", privileges: privileges)
}

extension Observed {
  fileprivate mutating func grant(_ privileges: PrivilegeSet, onTable name: String, to role: String) {
    databases["d"]?.objects.states[ObjectID(kind: .table, schema: "app", name: name)]?.acl.add(entry(role, privileges))
  }

  fileprivate mutating func grant(
    _ privileges: PrivilegeSet, onColumn name: String, of table: String, to role: String
  ) {
    databases["d"]?.objects.states[.column(name, of: table, schema: "app")] = ObjectState(
      owner: "owner", acl: ACL([entry(role, privileges)]))
  }
}
