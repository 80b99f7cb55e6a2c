import FoundationEssentials
import Testing

/// Holds text against `Goldens/NAME`; `UPDATE_GOLDENS=1` writes it there instead.
func expectGolden(_ name: String, _ text: String, location: Testing.SourceLocation = #_sourceLocation) throws {
  let path = goldenDirectory + name
  if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
    try Data(text.utf8).write(to: URL(filePath: path))
    return
  }
  let golden = try? String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  #expect(golden == text, "\(name) differs; UPDATE_GOLDENS=1 rewrites it", sourceLocation: location)
}

private let goldenDirectory = String(#filePath.dropLast("Golden.swift".count)) + "Goldens/"

/// The widest line, in columns of plain ASCII text.
func widest(_ text: String) -> Int { text.split(separator: "\n").map(\.count).max() ?? 0 }
