import Execution
import Glibc
import Model
import PlatformKit
import SQL
import Testing

@Suite struct Secrets {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func message(_ reference: SecretRef, environment: [String: String] = [:]) async -> String? {
    do throws(SecretFailure) {
      _ = try await SecretStore(environment: environment).resolve(reference)
      return nil
    } catch {
      return error.message
    }
  }

  private var file: SecretRef { .file(path: "\(directory.path)/secret") }

  @Test func comeFromTheEnvironment() async throws {
    let reference = SecretRef.environment(variable: "P")
    #expect(try await SecretStore(environment: ["P": "s3cret"]).resolve(reference).reveal() == "s3cret")
    #expect(await message(reference) == "the variable is not set")
    #expect(await message(reference, environment: ["P": ""]) == "it is empty")
  }

  @Test(arguments: ["s3cret", "s3cret\n", "s3cret\r\n"]) func comeFromFiles(_ text: String) async throws {
    try directory.write(Array(text.utf8), to: "secret")
    #expect(try await SecretStore(environment: [:]).resolve(file).reveal() == "s3cret")
  }

  @Test(arguments: [
    ("", "it is empty"), ("\n", "it is empty"), ("a\nb\n", "it has more than one line"),
    ("a\0", "it has more than one line"),
  ])
  func otherFilesAreRefused(_ text: String, _ expected: String) async throws {
    try directory.write(Array(text.utf8), to: "secret")
    #expect(await message(file) == expected)
  }

  @Test func binaryAndHugeFilesAreRefused() async throws {
    try directory.write([0xff, 0xfe], to: "secret")
    #expect(await message(file) == "the file is not UTF-8 text")
    try directory.write([UInt8](repeating: 65, count: SecretStore.largestFileBytes + 1), to: "secret")
    #expect(await message(file)?.contains("larger than") == true)
  }

  @Test func aFIFOIsRefusedAtOnce() async throws {
    try #require(mkfifo("\(directory.path)/secret", 0o600) == 0)
    #expect(await message(file) == "it is not a regular file")
  }

  @Test func aFileThatEverybodyReadsIsWarnedOf() async throws {
    try directory.write(Array("x".utf8), to: "secret")
    try #require(chmod("\(directory.path)/secret", 0o644) == 0)
    let store = SecretStore(environment: [:])
    #expect(await store.warning(about: file)?.contains("chmod 600") == true)
    try #require(chmod("\(directory.path)/secret", 0o600) == 0)
    #expect(await store.warning(about: file) == nil)
  }

  /// `s3cret` as PostgreSQL 15 stored it is in the tests of the client; here only what the judge makes of answers.
  @Test func theJudgeAdmitsWhatItCannotKnow() async {
    let reference = SecretRef.environment(variable: "P")
    let judge = ScramJudge(secrets: SecretStore(environment: ["P": "x"]))
    #expect(await judge.judge(verifier: nil, reference: reference) == .none)
    #expect(
      await judge.judge(verifier: "md5abc", reference: reference) == .unknown(because: "it is stored as MD5"))
    let blind = ScramJudge(secrets: SecretStore(environment: [:]))
    #expect(
      await blind.judge(verifier: "md5abc", reference: reference)
        == .unknown(because: "env P: the variable is not set"))
    let verifier =
      "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$" + String(repeating: "A", count: 43) + "=:"
      + String(repeating: "A", count: 43) + "="
    #expect(await judge.judge(verifier: verifier, reference: reference) == .differs(reference: reference))
  }
}
