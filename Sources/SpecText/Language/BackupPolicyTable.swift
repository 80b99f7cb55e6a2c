extension Language {
  static let backupPolicy = Table(
    "`BackupPolicy`",
    [
      Field("name", .text(.documentName), "The name that instances refer to.", .required),
      Field("extends", .text(.documentName), "Another `BackupPolicy` that this one is derived from."),
      Field("retain", .text(.span), "How far back backups are kept."),
      Field("full", .table(cadence), "Full backups."),
      Field("differential", .table(cadence), "Backups of what changed since the last full one."),
      Field("incremental", .table(cadence), "Backups of what changed since the last one."),
      Field(
        "point_in_time", .flag, "`true`: WAL is kept for recovery to any moment that `retain` covers.",
        standard: "true"),
      Field("local", .table(localBackup), "Where and how the backups of `local` instances are kept."),
    ],
    notYet: Set(clouds).union(["window", "drill", "copy_region", "lock", "template"]))

  private static let cadence = Table(
    "a cadence",
    [
      Field("every", .text(.span), "A backup older than this makes the next one due."),
      Field("max_age", .text(.span), "A backup older than this is drift."),
    ])

  private static let localBackup = Table(
    "`local`",
    [
      Field("repository", .text(.path), "The directory of the pgBackRest repository.", .required),
      Field(
        "cipher", .secret(), "The passphrase that the repository is encrypted with. Unset: not encrypted."),
    ],
    notYet: ["s3", "gcs", "azure", "host"])
}
