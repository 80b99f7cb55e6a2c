extension Language {
  static let backupPolicy = Table(
    "`BackupPolicy`",
    [
      Field("name", .text(.documentName), "The name that instances refer to.", .required),
      Field("extends", .text(.documentName), "Another `BackupPolicy` that this one is derived from."),
      Field("retain", .text(.span), "How far back backups are kept. On `aws`: whole days, 35 at most."),
      Field("full", .table(cadence), "Full backups. On `aws`: snapshots that Holdfast takes."),
      Field("differential", .table(cadence), "Backups of what changed since the last full one."),
      Field("incremental", .table(cadence), "Backups of what changed since the last one."),
      Field(
        "point_in_time", .flag, "`true`: WAL is kept for recovery to any moment that `retain` covers.",
        standard: "true"),
      Field("local", .table(localBackup), "Where and how the backups of `local` instances are kept."),
      Field("aws", .table(awsBackup), "What only backups of `aws` instances have."),
    ],
    notYet: Set(clouds).union(["window", "drill", "copy_region", "lock", "template"]))

  private static let cadence = Table(
    "a cadence",
    [
      Field("every", .text(.span), "A backup older than this makes the next one due."),
      Field("max_age", .text(.span), "A backup older than this is drift."),
    ])

  private static let awsBackup = Table(
    "`aws` of a policy",
    [
      Field("window", .text(.aws(.dailyWindow)), "When automated backups are taken."),
      Field(
        "keep_snapshots", .text(.span), "Snapshots that Holdfast took and that are older are removed. Unset: none."),
      Field("max_lag", .text(.span), "The last restorable moment lying further back is drift."),
      Field(
        "copy_to", .list(.byForm(scalar: .text(.aws(.region)), mapping: .table(copy))),
        "Regions that automated backups are copied to, and other accounts that snapshots are copied to."),
    ])

  private static let copy = Table(
    "an entry of `copy_to`",
    [
      Field("region", .text(.aws(.region)), "The region. With `account` and unset: the platform's own."),
      Field(
        "account", .text(.aws(.account)),
        "Another account: the newest snapshot that Holdfast took is copied there. Unset: automated backups are copied."),
      Field(
        "assume_role", .table(assumedRole), "The role of `account` that copies, assumed by the platform's credentials."),
      Field(
        "kms_key", .text(.aws(.name)),
        "The key that encrypts the copies; needed where the instance is encrypted. Looked at only when copying begins."),
      Field(
        "keep_snapshots", .text(.span),
        "Copies in `account` that Holdfast made and that are older are removed. Unset: none."),
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
