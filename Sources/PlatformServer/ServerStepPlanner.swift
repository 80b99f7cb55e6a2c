import Diagnostics
import Model
import Planner
import PostgresCatalog

/// Plans for servers that somebody else runs: SQL only.
package struct ServerStepPlanner: StepPlanner {
  package init() {}

  package func summary(of instance: DesiredInstance, observed: Observed) -> String {
    let version = observed.version.map { " \($0)" } ?? ""
    let standby = observed.isInRecovery ? ", a standby" : ""
    return "PostgreSQL\(version) on \(place(of: instance)) (server\(standby))"
  }

  /// Servers are never created here, and the observer never says that one is absent: nothing is assumed.
  package func pristine(for instance: DesiredInstance) -> Observed { Observed(presence: .absent) }

  package func derivedParameters(for instance: DesiredInstance) -> [String: String] { [:] }

  /// What `ALTER SYSTEM` refuses to set.
  ///
  /// - Source: `GUC_DISALLOW_IN_AUTO_FILE` in `guc_tables.c`, read 2026-11-22.
  package func reservedParameters(for instance: DesiredInstance) -> Set<String> {
    ["allow_alter_system", "config_file", "data_directory", "external_pid_file", "hba_file", "ident_file"]
  }

  package var canRestart: Bool { false }

  package func operations(
    for edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed
  ) -> [Operation] {
    let context = StatementContext(
      version: before.version ?? ServerVersion(major: 13), user: before.capabilities.user,
      maintenanceDatabase: instance.maintenanceDatabase, before: before, after: after)
    return sqlOperations(for: edits, context)
  }

  package func timing(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming { .atCreation }

  /// A reload is answered before every process has read the files.
  package func deadlineSeconds(for edits: [Edit]) -> Int { edits.contains(.reload) ? 10 : 5 }

  package func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle] {
    PostgresCatalog.obstacles(to: edits, observed: observed)
  }

  private func place(of instance: DesiredInstance) -> String {
    guard let host = instance.connect.host else { return instance.name }
    return host.hasPrefix("/") ? host : "\(host):\(instance.connect.port ?? 5432)"
  }
}
