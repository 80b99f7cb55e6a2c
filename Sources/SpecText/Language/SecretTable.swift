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
    ],
    notYet: Set(secretStores))

  /// Stores that the language has words for and this version cannot ask.
  static let secretStores = [
    "aws_secret", "aws_parameter", "gcp_secret", "azure_secret", "vault", "command", "key", "rotate",
  ]
}
