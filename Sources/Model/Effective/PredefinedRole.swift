/// The roles of the server's own that stand for privileges on all objects of a kind, whatever their lists say.
///
/// - Source: `pg_class_aclmask_ext()` and `object_aclmask_ext()` in PostgreSQL's `aclchk.c`; documentation, "Predefined
///   Roles".
package enum PredefinedRole {
  package static let databaseOwner = "pg_database_owner"
  package static let lenders = ["pg_maintain", "pg_read_all_data", "pg_write_all_data"]

  /// What `role` lends on every object of the kind; a role that the server lacks is never reached.
  package static func privileges(of role: String, on kind: ObjectKind) -> PrivilegeSet {
    switch (role, kind) {
    case ("pg_read_all_data", .table), ("pg_read_all_data", .sequence): .select
    case ("pg_write_all_data", .table): [.insert, .update, .delete]
    case ("pg_write_all_data", .sequence): .update
    case ("pg_read_all_data", .schema), ("pg_write_all_data", .schema): .usage
    case ("pg_maintain", .table): .maintain
    default: []  // Names are no enum of ours.
    }
  }
}
