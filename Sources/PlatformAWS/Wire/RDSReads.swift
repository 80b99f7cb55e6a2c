import AWSWire
import Model
import XML

/// The calls that read, and nothing else: all are `Describe…`.
enum RDSRead {
  /// All, one, or the members of one cluster.
  static func instances(_ identifier: String? = nil, inCluster cluster: String? = nil) -> AWSPages {
    var fields = AWSFields(["DBInstanceIdentifier": identifier])
    if let cluster { fields.filter("db-cluster-id", [cluster]) }
    return AWSPages(.rds("DescribeDBInstances", fields), items: ["DBInstances"])
  }

  static func clusters(_ identifier: String? = nil) -> AWSPages {
    let fields = AWSFields(["DBClusterIdentifier": identifier])
    return AWSPages(.rds("DescribeDBClusters", fields), items: ["DBClusters"])
  }

  static func groups(ofClusters: Bool) -> AWSPages {
    ofClusters
      ? AWSPages(.rds("DescribeDBClusterParameterGroups"), items: ["DBClusterParameterGroups"])
      : AWSPages(.rds("DescribeDBParameterGroups"), items: ["DBParameterGroups"])
  }

  /// Those that somebody set in a group.
  static func parameters(ofGroup name: String, ofCluster: Bool) -> AWSPages {
    let key = ofCluster ? "DBClusterParameterGroupName" : "DBParameterGroupName"
    var fields = AWSFields()
    fields.set(key, name)
    fields.set("Source", "user")
    return AWSPages(
      .rds(ofCluster ? "DescribeDBClusterParameters" : "DescribeDBParameters", fields), items: ["Parameters"])
  }

  static func defaults(ofFamily family: String, ofCluster: Bool) -> AWSPages {
    let action = ofCluster ? "DescribeEngineDefaultClusterParameters" : "DescribeEngineDefaultParameters"
    return AWSPages(
      .rds(action, AWSFields(["DBParameterGroupFamily": family])), items: ["EngineDefaults", "Parameters"],
      marker: ["EngineDefaults", "Marker"])
  }

  /// - Parameter kind: `manual`; `nil` for all.
  static func snapshots(of identifier: String? = nil, ofClusters: Bool, kind: String? = nil) -> AWSPages {
    var fields = AWSFields(["SnapshotType": kind])
    fields.set(ofClusters ? "DBClusterIdentifier" : "DBInstanceIdentifier", identifier)
    return ofClusters
      ? AWSPages(.rds("DescribeDBClusterSnapshots", fields), items: ["DBClusterSnapshots"])
      : AWSPages(.rds("DescribeDBSnapshots", fields), items: ["DBSnapshots"])
  }

  /// One by its name, or by its ARN where another account shares it.
  static func snapshot(_ name: String, ofCluster: Bool) -> AWSPages {
    let key = ofCluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier"
    let fields = AWSFields([key: name, "IncludeShared": name.hasPrefix("arn:") ? "true" : nil])
    return ofCluster
      ? AWSPages(.rds("DescribeDBClusterSnapshots", fields), items: ["DBClusterSnapshots"])
      : AWSPages(.rds("DescribeDBSnapshots", fields), items: ["DBSnapshots"])
  }

  static func subnetGroups() -> AWSPages {
    AWSPages(.rds("DescribeDBSubnetGroups"), items: ["DBSubnetGroups"])
  }

  /// How one class can be had.
  static func offers(of key: OfferKey) -> AWSPages {
    offers([
      "Engine": key.engine, "EngineVersion": key.version, "DBInstanceClass": key.instanceClass, "Vpc": "true",
    ])
  }

  /// How all classes can be had: several pages.
  static func offers(ofEngine engine: String, _ version: String?) -> AWSPages {
    offers(["Engine": engine, "EngineVersion": version, "Vpc": "true"])
  }

  private static func offers(_ fields: KeyValuePairs<String, String?>) -> AWSPages {
    AWSPages(
      .rds("DescribeOrderableDBInstanceOptions", AWSFields(fields)), items: ["OrderableDBInstanceOptions"])
  }

  /// - Parameter resource: an ARN; `nil` for all.
  static func maintenance(of resource: String? = nil) -> AWSPages {
    AWSPages(
      .rds("DescribePendingMaintenanceActions", AWSFields(["ResourceIdentifier": resource])),
      items: ["PendingMaintenanceActions"])
  }

  static func versions(ofEngine engine: String, _ version: String? = nil) -> AWSPages {
    AWSPages(
      .rds("DescribeDBEngineVersions", AWSFields(["Engine": engine, "EngineVersion": version])),
      items: ["DBEngineVersions"])
  }

  static func retainedBackups(of identifier: String, ofCluster: Bool) -> AWSPages {
    ofCluster
      ? AWSPages(
        .rds("DescribeDBClusterAutomatedBackups", AWSFields(["DBClusterIdentifier": identifier])),
        items: ["DBClusterAutomatedBackups"])
      : AWSPages(
        .rds("DescribeDBInstanceAutomatedBackups", AWSFields(["DBInstanceIdentifier": identifier])),
        items: ["DBInstanceAutomatedBackups"])
  }

  /// Events are kept for 14 days.
  ///
  /// - Source: `DescribeEvents`, "You can retrieve events for the past 14 days": botocore 1.43.11, read 2026-11-22.
  static func events(of identifier: String, ofCluster: Bool) -> AWSPages {
    let fields = AWSFields([
      "SourceIdentifier": identifier, "SourceType": ofCluster ? "db-cluster" : "db-instance",
      "Duration": "\(14 * 24 * 60)",
    ])
    return AWSPages(.rds("DescribeEvents", fields), items: ["Events"])
  }
}

extension AWSFields {
  fileprivate mutating func filter(_ name: String, _ values: [String]) {
    var filter = AWSFields(["Name": name])
    filter.set("Values", each: "Value", values)
    set("Filters", each: "Filter", [filter])
  }
}
