import Foundation
import Model
import Testing

/// A folder of `Scenarios/`: specs, what is observed, and what comes of the two.
///
/// - Shape: `spec.yaml`, one instance in as many documents as it takes; `observed.json`, see `ObservedText`; where wanted
///   `options.json`; and the goldens `plan.txt` and `plan.json`, `diagnostics.txt`, or all of them.
struct Scenario: CustomTestStringConvertible, Sendable {
  let name: String

  var testDescription: String { name }

  static let goldens: Set = ["plan.txt", "plan.json", "diagnostics.txt"]
  private static let inputs: Set = ["spec.yaml", "observed.json", "options.json"]

  /// Every folder, by name.
  static let all: [Scenario] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map(Scenario.init)
  }()

  private static let directory = String(#filePath.dropLast("Scenario.swift".count)) + "Scenarios/"

  func path(_ file: String) -> String { "\(Self.directory)\(name)/\(file)" }

  func bytes(_ file: String) -> Data? { FileManager.default.contents(atPath: path(file)) }

  var files: Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: path(""))) ?? []) }

  var unknownFiles: Set<String> { files.subtracting(Self.goldens).subtracting(Self.inputs) }

  func options() throws -> Options {
    guard let bytes = bytes("options.json") else { return Options() }
    return try JSONDecoder().decode(Options.self, from: bytes)
  }

  /// What is asked for beside the specs, as on the command line.
  struct Options: Decodable {
    enum Deferred: String, Decodable { case restart }

    /// `2026-11-22T12:00:00Z`
    private var now: String?
    private var only: [String]?
    private var due: Bool?
    private var `defer`: Deferred?

    var deferRestart: Bool { `defer` == .restart }
    var dueOnly: Bool { due ?? false }
    var texts: [String] { only ?? [] }

    init() {}

    /// The clock is passed in: goldens hold for good.
    func moment() throws -> Timestamp {
      let text = now ?? "2026-11-22T12:00:00Z"
      return Timestamp(seconds: Int(try Date(text, strategy: .iso8601).timeIntervalSince1970))
    }

    func scope() throws -> [Address] {
      try texts.map { text in
        guard let address = Address(text) else { throw ScenarioFault("`\(text)` is not an address") }
        return address
      }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case now, only, due, `defer` }

    init(from decoder: any Decoder) throws {
      let names = try decoder.singleValueContainer().decode([String: AnyValue].self).keys
      let unknown = names.filter { CodingKeys(rawValue: $0) == nil }
      guard unknown.isEmpty else { throw ScenarioFault("unknown options: \(unknown.sorted())") }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      now = try values.decodeIfPresent(String.self, forKey: .now)
      only = try values.decodeIfPresent([String].self, forKey: .only)
      due = try values.decodeIfPresent(Bool.self, forKey: .due)
      `defer` = try values.decodeIfPresent(Deferred.self, forKey: .defer)
    }

    private struct AnyValue: Decodable { init(from decoder: any Decoder) throws {} }
  }
}

/// What is wrong with a folder itself.
struct ScenarioFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
