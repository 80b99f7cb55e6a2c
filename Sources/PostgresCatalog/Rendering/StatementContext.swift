import Model

/// What rendering has to know of the instance beside the edits.
package struct StatementContext: Sendable {
  package var version: ServerVersion
  /// The user that applies: what it grants without further ado, it grants as itself or as the owner.
  package var user: String
  /// Where what all databases share is done.
  package var maintenanceDatabase: String
  package var before: Observed
  package var after: Observed

  package init(
    version: ServerVersion, user: String, maintenanceDatabase: String, before: Observed, after: Observed
  ) {
    (self.version, self.user, self.maintenanceDatabase) = (version, user, maintenanceDatabase)
    (self.before, self.after) = (before, after)
  }

  /// Whether one has to become the grantor first. Who has the owner's rights, a superuser always, acts as the owner
  /// without that; everybody acts as oneself.
  func assumesGrantor(_ grantor: String, _ kind: ObjectKind, database: String, schema: String, name: String)
    -> Bool
  {
    let owner = [after, before].lazy.compactMap {
      $0.databases[database]?.owner(kind, schema: schema, name: name)
    }.first
    return grantor != user && grantor != owner && owner != nil
  }
}
