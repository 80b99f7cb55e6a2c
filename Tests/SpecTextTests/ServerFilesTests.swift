import Model
import Testing

@testable import SpecText

@Suite("Specs written of a server") struct ServerFilesTests {
  @Test func grantsAreFoldedAsAPersonWouldWriteThem() {
    var observed = server()
    for schema in ["app", "audit"] {
      observed.databases["orders"]?.schemas[schema] = Schema(
        owner: "owner", acl: acl(.schema, "reader=U/owner", "auditor=U/owner", "writer=U/owner"))
      for table in ["a", "b"] {
        add(.table, table, in: schema, to: &observed, "reader=r/owner", "auditor=r/owner", "writer=rawd/owner")
      }
      add(.sequence, "s", in: schema, to: &observed, "writer=U/owner")
      add(.sequence, "t", in: schema, to: &observed, "writer=U/owner")
      observed.databases["orders"]?.defaultPrivileges[DefaultPrivileges(owner: "owner", schema: schema, kind: .table)] =
        ACL(["reader=r/owner", "auditor=r/owner"].compactMap { ACLEntry(aclItem: $0) })
    }
    #expect(
      access(observed) == """
        kind: Access
        name: db1
        databases: [orders]
        superusers: [postgres]
        roles:
          auditor: {}
          owner: {}
          reader: {}
          writer: {}
        grants:
          - to: [auditor, reader]
            in: [orders.app, orders.audit]
            schema: [usage]
            tables: [select]
            default_privileges_of: owner
          - to: writer
            in: [orders.app, orders.audit]
            schema: [usage]
            tables: [select, insert, update, delete]
            sequences: [usage]

        """)
  }

  @Test func whatIsNotSoOfAllIsNamed() {
    var observed = server()
    observed.databases["orders"]?.schemas["app"] = Schema(owner: "owner", acl: acl(.schema))
    add(.table, "a", in: "app", to: &observed, "reader=r/owner", "writer=rw/owner")
    add(.table, "b", in: "app", to: &observed, "writer=r/owner")
    add(.function, "f(integer, text)", in: "app", to: &observed, "reader=X/owner")
    #expect(
      access(observed)?.components(after: "grants:\n") == """
          - { to: reader, in: orders.app, table: { a: [select] }, function: { "f(integer, text)": [execute] } }
          - { to: writer, in: orders.app, tables: [select], table: { a: [update] } }

        """)
  }

  /// The tables that the grantee owns itself say nothing.
  @Test func anOwnersOwnObjectsAreNoExceptions() {
    var observed = server()
    observed.databases["orders"]?.schemas["app"] = Schema(owner: "owner", acl: acl(.schema))
    for table in ["a", "b"] { add(.table, table, in: "app", to: &observed, "writer=r/owner") }
    observed.databases["orders"]?.objects.states[ObjectID(kind: .table, schema: "app", name: "mine")] = ObjectState(
      owner: "writer", acl: .initial(kind: .table, owner: "writer", version: version))
    #expect(access(observed)?.contains("- { to: writer, in: orders.app, tables: [select] }") == true)
  }

  @Test func defaultPrivilegesThatNotAllObjectsHaveAreForThoseToCome() {
    var observed = server()
    observed.databases["orders"]?.schemas["app"] = Schema(owner: "owner", acl: acl(.schema))
    add(.table, "a", in: "app", to: &observed, "writer=r/owner")
    observed.databases["orders"]?.defaultPrivileges[DefaultPrivileges(owner: "owner", schema: "app", kind: .table)] =
      ACL(["reader=r*w/owner"].compactMap { ACLEntry(aclItem: $0) })
    #expect(
      access(observed)?.components(after: "grants:\n") == """
          - { to: reader, in: orders.app, tables: [update], default_privileges_of: owner, existing: false }
          - to: reader
            grant_option: true
            in: orders.app
            tables: [select]
            default_privileges_of: owner
            existing: false
          - { to: writer, in: orders.app, table: { a: [select] } }

        """)
  }

  @Test func defaultPrivilegesThatCantBeSaidMakeTheRolesDocumentAdditive() {
    var observed = server()
    observed.databases["orders"]?.defaultPrivileges[DefaultPrivileges(owner: "owner", schema: nil, kind: .schema)] =
      ACL(["reader=U/owner", "owner=UC/owner"].compactMap { ACLEntry(aclItem: $0) })
    let files = written(observed)
    let additive = files.files.first { $0.path == "access/db1-additive.yaml" }?.text ?? ""
    #expect(additive.contains("mode: additive\nroles:\n  reader: {}\n"), "\(additive)")
    #expect(additive.contains("# Left out: default privileges on schemas"), "\(additive)")
    #expect(files.remarks.contains { $0.hasPrefix("Left out: default privileges on schemas") })
    let whole = files.files.first { $0.path == "access/db1.yaml" }?.text ?? ""
    #expect(whole.contains("writer: {}") && !whole.contains("mode:"), "\(whole)")
  }

  @Test func theBootstrapSuperuserAndACloudsOwnRolesAreNotDeclared() {
    var observed = server()
    for name in ["rds_superuser", "rdsadmin", "rds_iam", "rdsish"] { observed.roles[name] = Role() }
    #expect(access(observed)?.contains("superusers: [postgres]\n") == true)
    #expect(DeclaredRoles(of: observed).names == ["auditor", "owner", "reader", "writer", "rdsish"])
    // Each of the two tells the service, here as in the planner, which refuses to declare what the service keeps.
    observed.roles["rds_superuser"] = nil
    #expect(DeclaredRoles(of: observed).names == ["auditor", "owner", "reader", "writer", "rdsish"])
    observed.roles["rdsadmin"] = nil
    #expect(DeclaredRoles(of: observed).names.contains("rds_iam"))
  }

  private let version = ServerVersion(major: 16, minor: 4)

  private func server() -> Observed {
    var observed = Observed(presence: .running, version: version)
    for name in ["postgres", "owner", "reader", "auditor", "writer"] { observed.roles[name] = Role() }
    observed.roles["postgres"]?.attributes.superuser = true
    for name in ["orders", "template1"] {
      observed.databases[name] = Database(owner: "postgres", acl: acl(.database, owner: "postgres"))
    }
    return observed
  }

  private func acl(_ kind: ObjectKind, owner: String = "owner", _ items: String...) -> ACL {
    ACL(ACL.initial(kind: kind, owner: owner, version: version).entries + items.compactMap { ACLEntry(aclItem: $0) })
  }

  private func add(
    _ kind: ObjectKind, _ name: String, in schema: String, to observed: inout Observed, _ items: String...
  ) {
    let acl = ACL(
      ACL.initial(kind: kind, owner: "owner", version: version).entries + items.compactMap { ACLEntry(aclItem: $0) })
    observed.databases["orders"]?.objects.states[ObjectID(kind: kind, schema: schema, name: name)] = ObjectState(
      owner: "owner", acl: acl)
  }

  private func written(_ observed: Observed) -> ServerFiles {
    let context = ImportContext(
      platform: DesiredPlatform(name: "servers", kind: .server), now: Timestamp(seconds: 1_794_000_000))
    let server = ImportedServer(name: "db1", observed: observed, connect: ConnectSettings())
    return ServerFiles(of: server, in: context, declaresPlatform: false)
  }

  /// Without the comments.
  private func access(_ observed: Observed) -> String? {
    written(observed).files.first { $0.path == "access/db1.yaml" }.map { file in
      file.text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }
        .joined(separator: "\n")
    }
  }
}

extension String {
  fileprivate func components(after mark: String) -> String? {
    range(of: mark).map { String(self[$0.upperBound...]) }
  }

  private func range(of mark: String) -> Range<Index>? { firstRange(of: mark) }
}
