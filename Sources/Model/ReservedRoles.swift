/// A cloud's PostgreSQL whose superuser is the cloud's own. Its roles may be referred to, never made, altered or dropped.
package enum ManagedService: String, Hashable, Sendable, CaseIterable {
  case amazonRDS, cloudSQL, azure

  package var label: String {
    switch self {
    case .amazonRDS: "Amazon RDS"
    case .cloudSQL: "Cloud SQL"
    case .azure: "Azure Database for PostgreSQL"
    }
  }

  /// What the customer's administrators are members of in place of being superusers.
  package var administrators: String {
    switch self {
    case .amazonRDS: "rds_superuser"
    case .cloudSQL: "cloudsqlsuperuser"
    case .azure: "azure_pg_admin"
    }
  }

  /// Whether the service keeps the name for itself.
  ///
  /// - Source: RDS User Guide, "Understanding PostgreSQL roles and permissions"; Cloud SQL, "About PostgreSQL users and
  ///   roles"; Azure, "Create users in Azure Database for PostgreSQL" and the catalogs of such servers. Read on 2026-11-22.
  package func reserves(_ role: String) -> Bool {
    names.contains(role) || prefixes.contains { role.hasPrefix($0) }
  }

  /// Any of them tells the service by its catalogs.
  fileprivate var marks: [String] {
    switch self {
    case .amazonRDS: ["rdsadmin", "rds_superuser"]
    case .cloudSQL: ["cloudsqladmin", "cloudsqlsuperuser"]
    case .azure: ["azuresu", "azure_pg_admin"]
    }
  }

  private var names: Set<String> {
    switch self {
    case .amazonRDS: ["rdsadmin", "rdsrepladmin", "rdstopmgr", "rdsproxyadmin", "rdswriteforwarduser"]
    case .cloudSQL: []
    case .azure: ["azuresu", "replication", "localadmin"]
    }
  }

  private var prefixes: [String] {
    switch self {
    case .amazonRDS: ["rds_"]
    case .cloudSQL: ["cloudsql"]
    case .azure: ["azure_"]
    }
  }
}

extension Observed {
  /// The service that runs the server, told by roles that no one else can have made there; `nil` for a server of one's own.
  package var service: ManagedService? {
    if managed != nil { return .amazonRDS }
    return ManagedService.allCases.first { $0.marks.contains { roles[$0] != nil } }
  }

  /// Whether a role belongs to the server itself or to the service that runs it.
  package func isBuiltIn(_ role: String) -> Bool {
    role.hasPrefix("pg_") || service?.reserves(role) == true
  }
}
