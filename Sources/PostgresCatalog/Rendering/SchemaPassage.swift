import Model
import SQL

/// What lets a grantor into a schema for the time of its own statements.
///
/// Who revokes what somebody else granted does so as that grantor, and the server looks the objects up with that grantor's
/// rights: one who lost USAGE on the schema since, or loses it in the same step, would be refused. All of it is one
/// transaction, so that nobody else ever sees the passage.
struct SchemaPassage: Hashable {
  var opening: SQLText
  /// `nil` where the grantor has USAGE of its own when the step is over.
  var closing: SQLText?
}

extension StatementContext {
  /// `nil` where the grantor has USAGE when its statements run.
  func passage(for grantor: String, into schema: String, of database: String) -> SchemaPassage? {
    guard let later = after.databases[database]?.schemas[schema], let now = list(of: schema, in: database) else {
      return nil
    }
    let held = graphBefore.inherited(by: grantor)
    let isLetIn = usageHolders(now).contains { grantee in grantee.role.map(held.contains) ?? true }
    guard !isLetIn, before.roles[grantor]?.attributes.superuser != true else { return nil }
    let staysLetIn = later.acl.entry(.role(grantor), grantor: later.owner)?.privileges.contains(.usage) ?? false
    return SchemaPassage(
      opening: "GRANT USAGE ON SCHEMA \(identifier: schema) TO \(identifier: grantor)",
      closing: staysLetIn ? nil : "REVOKE USAGE ON SCHEMA \(identifier: schema) FROM \(identifier: grantor)")
  }

  private func usageHolders(_ acl: ACL) -> Set<Grantee> {
    Set(acl.entries.filter { $0.privileges.contains(.usage) }.map(\.grantee))
  }
}
