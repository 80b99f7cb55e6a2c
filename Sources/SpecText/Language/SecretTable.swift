extension Language {
  static let secret = Table(
    "a secret reference",
    [
      Field(
        "env", .text(.environmentVariable),
        "An environment variable. `${instance}`, `${platform}` and `${role}` are put in."),
      Field(
        "file", .text(.secretPath),
        "A file, by its absolute path. `${instance}`, `${platform}` and `${role}` are put in."),
      Field(
        "aws_secret", .text(.aws(.secret)),
        "A secret of AWS Secrets Manager, by name or ARN. `${instance}`, `${platform}` and `${role}` are put in."),
      Field("key", .text(.aws(.name)), "The member of the JSON object that `aws_secret` holds. Unset: all of it."),
    ],
    notYet: Set(secretStores))

  /// The keys that name a place; one of them makes a reference.
  static let secretPlaces = ["env", "file", "aws_secret"]

  /// What to write, in hints.
  static let secretForms = "{env: NAME}, {file: /path} or {aws_secret: NAME}"

  /// Stores that the language has words for and this version cannot ask.
  static let secretStores = [
    "aws_parameter", "gcp_secret", "azure_secret", "vault", "command", "rotate",
  ]
}
