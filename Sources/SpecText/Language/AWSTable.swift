import Model

// What an instance or a cluster of Amazon RDS has and no other platform. The keys are the paths of `ManagedField`.
extension Language {
  static let aws = Table(
    "`aws`",
    [
      Field("class", instanceClass, "The class of a plain instance; those of a cluster have theirs in `members`."),
      Field("storage", .table(storage), "The storage. A cluster has `type`, `encrypted` and `kms_key` only."),
      Field("multi_az", .flag, "`true`: a standby in another zone."),
      Field("availability_zone", awsName, "The zone. Looked at only when the instance is made."),
      Field("subnet_group", awsName, "The subnet group."),
      Field("security_groups", .list(.text(.aws(.securityGroup))), "The security groups, by id."),
      Field("public", .flag, "Whether it has a public address."),
      Field("port", port, "The port."),
      Field("network_type", .choice(["IPV4", "DUAL"]), "Whether it has IPv6 too."),
      Field("certificate_authority", awsName, "The authority of its certificate: `rds-ca-rsa2048-g1`."),
      Field("master", .table(master), "The first user, who has the master password."),
      Field("iam_authentication", .flag, "Whether tokens of IAM are taken for passwords."),
      Field("auto_minor_upgrade", .flag, "Whether RDS goes to new minor versions by itself."),
      Field(
        "maintenance_window", .text(.aws(.weeklyWindow)),
        "When RDS makes the changes that wait for it, and its own."),
      Field("copy_tags_to_snapshots", .flag, "Whether snapshots get the tags."),
      Field(
        "log_exports", .list(.choice(["postgresql", "upgrade", "iam-db-auth-error", "instance"])),
        "Logs that go to CloudWatch; `[]` for none."),
      Field("performance_insights", .table(insights), "Performance Insights."),
      Field("monitoring", .table(monitoring), "Enhanced monitoring."),
      Field("option_group", awsName, "The option group."),
      Field(
        "parameter_group", awsName,
        "A parameter group that instances share; all of them list the same `parameters`. Unset: one of its own."),
      Field(
        "replica_of", .text(.aws(.instanceName)),
        "The instance that it is a read replica of. Looked at only when it is made."),
      Field("serverless", .table(serverless), "How far the members of class `db.serverless` go. Clusters only."),
      Field(
        "apply", .choice(ManagedMoment.allCases.map(\.rawValue)),
        "When changes are made that can wait for the maintenance window.", standard: "window"),
      Field("apply_now", exceptions, "Settings that don't wait, with `apply: window`."),
      Field("apply_in_window", exceptions, "Settings that wait, with `apply: now`."),
      Field(
        "delete_automated_backups", .flag, "Of `state: absent`: the automated backups go with the instance.",
        standard: "false"),
      Field(
        "final_snapshot", .flag, "Of `state: absent`: a snapshot is taken before the instance goes.",
        standard: "true"),
    ],
    notYet: ["iam_roles", "domain", "global_cluster", "dedicated_log_volume"])

  static let member = Table(
    "a member",
    [
      Field("class", instanceClass, "The class."),
      Field("failover_tier", .integer(0...15), "Who takes over first: the lowest."),
      Field("availability_zone", awsName, "The zone. Looked at only when the member is made."),
      Field("public", .flag, "Whether it has a public address."),
      Field("performance_insights", .table(insights), "Performance Insights."),
      Field("monitoring", .table(monitoring), "Enhanced monitoring."),
      Field("auto_minor_upgrade", .flag, "Whether RDS goes to new minor versions by itself."),
      Field("certificate_authority", awsName, "The authority of its certificate: `rds-ca-rsa2048-g1`."),
    ])

  static let restore = Table(
    "`restore_from`",
    [
      Field("snapshot", awsName, "A snapshot, by its name or its ARN."),
      Field("instance", .text(.aws(.identifier)), "The identifier of the instance or cluster to restore."),
      Field("at", .text(.aws(.restoreMoment)), "The moment to restore `instance` to."),
    ])

  private static let awsName = Shape.text(.aws(.name))

  private static let instanceClass = Shape.text(.aws(.instanceClass))

  /// What RDS would make wait for the maintenance window.
  static let deferrable: [ManagedField] = [
    .instanceClass, .version, .storageSize, .storageType, .storageIOPS, .storageThroughput, .multiAZ, .subnetGroup,
    .networkType, .certificateAuthority, .optionGroup, .iamAuthentication, .backupRetention,
  ]

  private static let exceptions = Shape.list(.choice(deferrable.map(\.label)))

  /// GiB. Magnetic storage begins at five.
  private static let gibibytes = Shape.integer(5...65_536)

  private static let storage = Table(
    "`storage`",
    [
      Field("size", gibibytes, "GiB that it has at least; what RDS has grown it to stays."),
      Field("max", gibibytes, "GiB that RDS may grow it to by itself."),
      Field(
        "type", .choice(StorageType.allCases.map(\.rawValue)), "The type; the last two are those of clusters."),
      Field("iops", .integer(1_000...256_000), "Operations a second, for `gp3`, `io1` and `io2`."),
      Field("throughput", .integer(125...4_000), "MiB a second, for `gp3`."),
      Field("encrypted", .flag, "Whether it is encrypted. Only a new instance can be."),
      Field("kms_key", awsName, "The key. Looked at only when the instance is made."),
    ])

  enum StorageType: String, CaseIterable {
    case gp2, gp3, io1, io2, standard, aurora
    case auroraOptimized = "aurora-iopt1"

    var isOfClusters: Bool { self == .aurora || self == .auroraOptimized }
    var takesIOPS: Bool { self == .gp3 || self == .io1 || self == .io2 }
  }

  private static let master = Table(
    "`master`",
    [
      Field("user", .text(.serverName), "Its name. Looked at only when the instance is made."),
      Field("managed_password", .flag, "`true`: RDS keeps its password in Secrets Manager and changes it there."),
      Field("kms_key", awsName, "The key of that secret."),
      Field("password", .secret(), "Its password, given when the instance is made."),
    ])

  private static let insights = Table(
    "`performance_insights`",
    [
      Field("enabled", .flag, "Whether it is on.", .required),
      Field("retention_days", .numbers([7] + (1...23).map { $0 * 31 } + [731]), "Days that it looks back."),
      Field("kms_key", awsName, "The key that its data are encrypted with."),
    ])

  private static let monitoring = Table(
    "`monitoring`",
    [
      Field(
        "interval", .numbers([0, 1, 5, 10, 15, 30, 60]), "Seconds between two readings; 0 switches it off.", .required),
      Field("role", .text(.aws(.role)), "The role that RDS writes to CloudWatch as."),
    ])

  private static let serverless = Table(
    "`serverless`",
    [
      Field("min", .text(.aws(.capacity)), "Capacity units that it has at least.", .required),
      Field("max", .text(.aws(.capacity)), "Capacity units that it has at most.", .required),
    ])
}
