import Diagnostics
import YAML

/// Reads the YAML documents of one file.
///
/// - Shape: documents in order; empty ones are left out. Those before a syntax error are returned beside it.
///   Where a mistake can be stepped over (a duplicate key, a tag) the document is returned without it, so
///   that its other mistakes show in the same run: nothing may be planned from documents that came with
///   errors.
/// - Parameter bytes: UTF-8 without a byte order mark.
package func readDocuments(
  in bytes: [UInt8], file: String
) -> (documents: [Document], diagnostics: [Diagnostic]) {
  let read = readDocuments(in: bytes, file: file, nodeLimit: YAMLLimits.nodesPerFile)
  return (read.documents, read.diagnostics)
}

/// The same for one file of many, which together may hold `nodeLimit` more values.
func readDocuments(
  in bytes: [UInt8], file: String, nodeLimit: Int
) -> (documents: [Document], diagnostics: [Diagnostic], nodes: Int) {
  guard bytes.count <= YAMLLimits.fileBytes else { return ([], [tooLarge(file)], 0) }
  if let forbidden = firstForbiddenText(in: bytes, file: file) { return ([], [forbidden], 0) }
  var builder = DocumentBuilder(file: file, nodeLimit: min(nodeLimit, YAMLLimits.nodesPerFile))
  bytes.withUnsafeBufferPointer { buffer in
    var events = YAMLEvents(buffer)
    feed(&events, to: &builder, file: file)
  }
  return (builder.documents, builder.diagnostics, builder.nodes)
}

func tooLarge(_ file: String) -> Diagnostic {
  Diagnostic(
    .fileTooLarge, message: "the file is larger than \(YAMLLimits.fileBytes / 1024 / 1024) MiB",
    at: .wholeFile(file), hint: "split it: any number of files may hold specs")
}

private func feed(_ events: inout YAMLEvents, to builder: inout DocumentBuilder, file: String) {
  while !builder.isFinished {
    switch events.next({ builder.take($0) }) {
    case .event: continue
    case .end: return
    case .failure(let failure):
      builder.report(failure.diagnostic(in: file, openBracket: builder.openBracket))
      return
    }
  }
}
