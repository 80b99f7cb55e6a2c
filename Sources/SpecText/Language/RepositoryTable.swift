extension Language {
  /// `holdfast.yaml`, the file at the root of a repository.
  static let repository = Table(
    "`holdfast.yaml`",
    [
      Field(
        "language", .integer(1...1_000_000),
        "The version of the language that the specs are written in. It fixes what is authoritative: a newer tool never starts revoking by itself.",
        .required),
      Field("journal", .table(journal), "Where the record of runs is kept."),
    ],
    notYet: ["policy", "secrets", "serve", "approvals"])

  static let journal = Table(
    "`journal`",
    [
      Field(
        "directory", .text(.path), "A directory of this host. Unset: under the user's state directory.",
        .required)
    ],
    notYet: ["bucket", "url", "s3", "gcs", "azure"])

  /// Cloud platforms of later versions, which have blocks of their own name in several kinds.
  static let clouds = ["gcp", "azure"]
}
