import Model
import Testing

/// Each pair was held against a PostgreSQL 15 server: `SET … ; SELECT setting FROM pg_settings`.
@Suite struct ParameterValueTests {
  static let workMem = ParameterDefinition(
    kind: .integer, context: .user, unit: "kB", minimum: "64", maximum: "2147483647")
  static let buffers = ParameterDefinition(
    kind: .integer, context: .postmaster, unit: "8kB", minimum: "16", maximum: "1073741823")
  static let timeout = ParameterDefinition(
    kind: .integer, context: .user, unit: "ms", minimum: "-1", maximum: "2147483647")
  static let minutes = ParameterDefinition(
    kind: .integer, context: .sighup, unit: "min", minimum: "0", maximum: "525600")
  static let delay = ParameterDefinition(kind: .real, context: .user, unit: "ms", minimum: "-1", maximum: "100")
  static let cost = ParameterDefinition(kind: .real, context: .user, minimum: "0", maximum: "1.79769e+308")
  static let plain = ParameterDefinition(kind: .integer, context: .user, minimum: "0", maximum: "262143")
  static let flag = ParameterDefinition(kind: .bool, context: .user)
  static let commit = ParameterDefinition(
    kind: .enum, context: .user, choices: ["local", "remote_write", "remote_apply", "on", "off"])

  @Test(arguments: [
    (workMem, "64MB", "65536"), (workMem, "65536kB", "65536"), (workMem, "65536", "65536"),
    (workMem, "1.5GB", "1572864"),
    (workMem, " 64 MB ", "65536"), (workMem, "0.1GB", "104448"), (workMem, "1048576B", "1024"), (workMem, "0x40", "64"),
    (workMem, "0100", "64"), (workMem, "1e3", "1000"),
    (buffers, "128MB", "16384"), (buffers, "16384", "16384"), (buffers, "1GB", "131072"),
    (timeout, "500ms", "500"), (timeout, "1.5s", "1500"), (timeout, "2min", "120000"), (timeout, "1h", "3600000"),
    (timeout, "1d", "86400000"), (timeout, "-1", "-1"), (timeout, "1500us", "2"), (timeout, "0.4", "0"),
    (minutes, "1h", "60"), (minutes, "2d", "2880"), (minutes, "90s", "2"),
    (delay, "0.5", "0.5"), (delay, "500us", "0.5"), (cost, "1.10", "1.1"), (cost, "4", "4"), (cost, ".5", "0.5"),
    (plain, "100", "100"), (plain, "+7", "7"),
    (flag, "yes", "on"), (flag, "T", "on"), (flag, "0", "off"), (flag, "of", "off"), (flag, "On", "on"),
    (commit, "LOCAL", "local"), (commit, "true", "on"), (commit, "no", "off"),
  ])
  func readsAsTheServerDoes(definition: ParameterDefinition, text: String, shown: String) {
    #expect(definition.read(text) == .value(shown))
  }

  @Test(arguments: [
    (workMem, "63", "is outside its range, 64 kB to 2147483647 kB"),
    (workMem, "64mb", "has an unknown unit: write one of B, kB, MB, GB, TB"),
    (workMem, "5 min", "has an unknown unit: write one of B, kB, MB, GB, TB"), (workMem, "", "is no number"),
    (workMem, "lots", "is no number"),
    (workMem, "nan", "is no number"), (workMem, "9e99", "is outside its range, 64 kB to 2147483647 kB"),
    (plain, "10MB", "has a unit, and the parameter takes none"), (flag, "o", "is no boolean: write on or off"),
    (flag, "", "is no boolean: write on or off"),
    (commit, "maybe", "is none of its values: local, remote_write, remote_apply, on, off"),
  ])
  func refuses(definition: ParameterDefinition, text: String, why: String) {
    #expect(definition.read(text) == .invalid(why))
  }
}
