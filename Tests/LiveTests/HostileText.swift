import Testing

/// One way of writing specs wrong, and what has to be said of it.
struct HostileText: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var words: [String]
  var testDescription: String { name }

  /// Nothing is wrong with it, and nothing need answer.
  static let sound = """
    kind: Platform
    name: servers
    type: server
    ---
    kind: Instance
    name: orders
    platform: servers
    engine: postgres
    connect: { host: 127.0.0.1, port: 1, user: nobody }
    databases: { orders: {} }
    access: [people]
    ---
    kind: Access
    name: people
    databases: [orders]
    roles:
      reader: {}
      writer: { member_of: [reader] }

    """

  static let rich =
    sound + """
      grants:
        - to: [reader, writer]
          database: orders
          privileges: [connect]
        - to: writer
          in: orders.public
          profile: readwrite
          default_privileges_of: [reader]
      profiles:
        readwrite: { schema: [usage], tables: [select, insert], sequences: [usage] }
      ---
      kind: Parameters
      name: oltp
      engine: postgres
      values: { work_mem: 64MB, shared_preload_libraries: [pg_stat_statements] }
      ---
      kind: BackupPolicy
      name: nightly
      retain: 35d
      full: { every: 7d, max_age: 8d }
      local: { repository: /backup, cipher: { file: /etc/cipher } }

      """

  private static func roles(_ name: String, _ lines: String, _ words: [String]) -> HostileText {
    HostileText(
      name: name, text: sound.replacing("  writer: { member_of: [reader] }\n", with: lines), words: words)
  }

  private static func instance(_ name: String, _ line: String, _ words: [String]) -> HostileText {
    HostileText(
      name: name, text: sound.replacing("access: [people]\n", with: "access: [people]\n\(line)\n"),
      words: words)
  }

  static let all = texts + names + meanings

  private static let texts = [
    HostileText(name: "an empty file", text: "\n", words: ["never means: remove all"]),
    HostileText(
      name: "a tab", text: "kind: Platform\n\tname: a\n", words: ["specs/all.yaml:2:1: error[YAML006]"]),
    HostileText(
      name: "a raw ESC", text: "kind: \u{1B}[31mx\n", words: ["specs/all.yaml:1:7: error[YAML004]", "U+001B"]),
    HostileText(name: "an unknown alias", text: "kind: *a\n", words: ["specs/all.yaml:1:7: error[YAML011]"]),
    HostileText(name: "a tag", text: "kind: !!python/object a\n", words: ["error[YAML013]"]),
    HostileText(name: "a bomb of aliases", text: bomb, words: ["error[YAML010]"]),
    HostileText(
      name: "brackets 10,000 deep", text: "kind: " + String(repeating: "[", count: 10_000),
      words: ["error[YAML008]"]),
    HostileText(
      name: "indentation 10,000 deep",
      text: (0..<10_000).map { String(repeating: " ", count: min($0, 500)) + "a:\n" }.joined(),
      words: ["error[YAML00"]),
    HostileText(
      name: "a duplicate key", text: "kind: Platform\nname: a\nname: b\ntype: server\n",
      words: ["specs/all.yaml:3:1: error[YAML007]: `name` stands twice", "specs/all.yaml:2:1: note:"]),
    HostileText(name: "no mapping", text: "- a\n- b\n", words: ["specs/all.yaml:1:1: error[SPEC002]"]),
    HostileText(name: "an unclosed quote", text: "kind: \"Platform\n", words: ["error[YAML005]"]),
  ]

  private static let names = [
    roles(
      "ESC and newline in a name", "  \"x\\e[31m\\ny\": {}\n",
      ["specs/all.yaml:18:3: error[SPEC004]", "U+001B"]),
    roles(
      "64 bytes", "  \(String(repeating: "x", count: 64)): {}\n",
      ["specs/all.yaml:18:3: error[SPEC010]", "64 bytes"]),
    roles(
      "64 bytes in 32 letters", "  \(String(repeating: "é", count: 32)): {}\n",
      ["error[SPEC010]", "64 bytes"]),
    roles("a server's own name", "  pg_monitor: {}\n", ["specs/all.yaml:18:3: error[SPEC"]),
    roles("an empty name", "  \"\": {}\n", ["specs/all.yaml:18:3: error[SPEC"]),
  ]

  private static let meanings = [
    HostileText(
      name: "an unknown kind", text: "kind: Platfrom\nname: a\n",
      words: ["error[SPEC012]", "did you mean `Platform`?"]),
    HostileText(
      name: "two documents of one name", text: sound + "---\nkind: Access\nname: people\n",
      words: ["error[SPEC006]", "note:"]),
    HostileText(
      name: "two documents owning one role",
      text: sound.replacing("access: [people]", with: "access: [people, others]")
        + "---\nkind: Access\nname: others\nroles: { reader: { login: true } }\n",
      words: ["specs/all.yaml:22:", "error[SPEC", "`reader`"]),
    HostileText(
      name: "two instances on one server",
      text: sound + "---\n"
        + sound.split(separator: "---\n")[1].replacing("name: orders", with: "name: other"),
      words: ["error[SPEC009]", "share the server"]),
    instance("an unknown key", "retian: 7d", ["specs/all.yaml:12:1: error[SPEC003]: `retian`"]),
    instance(
      "a field for later", "maintenance: {}",
      ["specs/all.yaml:12:1: error[SPEC008]", "not supported by this version"]),
    instance(
      "a field of another platform", "members: {}",
      ["specs/all.yaml:12:1: error[SPEC009]", "`members` of `Instance` is for `aws` platforms"]),
    instance("no for a state", "state: no", ["specs/all.yaml:12:8: error[SPEC004]"]),
    instance("010 for a version", "version: 010", ["specs/all.yaml:12:10: error[SPEC004]"]),
    instance("22:30 for a version", "version: 22:30", ["specs/all.yaml:12:10: error[SPEC004]"]),
    instance("a list for a version", "version: [15]", ["specs/all.yaml:12:10: error[SPEC002]"]),
    instance("a dangling name", "parameters: [oltpp]", ["specs/all.yaml:12:14: error[SPEC005]", "`oltpp`"]),
    instance("a circle of extends", "extends: orders", ["error[SPEC007]"]),
    roles(
      "a circle of memberships", "  writer: { member_of: [rider] }\n  rider: { member_of: [writer] }\n",
      ["error[SPEC007]", "writer", "rider"]),
    roles("a member of itself", "  writer: { member_of: [writer] }\n", ["error[SPEC007]"]),
    roles(
      "a dangling profile", "  writer: {}\ngrants:\n  - { to: writer, in: orders.public, profile: nope }\n",
      ["error[SPEC005]", "`nope`"]),
  ]

  private static var bomb: String {
    let letters = Array("abcdefghij")
    let first = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    return first
      + (1..<10).map { level in
        let before = "*\(letters[level - 1])"
        return
          "k\(level): &\(letters[level]) [\(Array(repeating: before, count: 10).joined(separator: ","))]\n"
      }.joined()
  }
}
