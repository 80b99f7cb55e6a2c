import Model

/// Who may come in by which way, for clusters that Holdfast makes.
enum AccessFiles {
  /// The superuser by the operating system's word alone; everybody else by password.
  static func hba(superuser: String) -> String {
    """
    # Written by Holdfast when the cluster was made.
    local all \(name(superuser)) peer map=holdfast
    local all all scram-sha-256
    host all all 127.0.0.1/32 scram-sha-256
    host all all ::1/128 scram-sha-256

    """
  }

  static func ident(superuser: String) -> String {
    """
    # Written by Holdfast when the cluster was made.
    holdfast root \(name(superuser))
    holdfast \(name(superuser)) \(name(superuser))

    """
  }

  /// In quotes a name is only a name: not `all`, no group, no pattern.
  private static func name(_ text: String) -> String { text.inDoubleQuotes }
}
