import Diagnostics
import YAML

/// Reads all YAML documents under the given roots, with every mistake in files and text.
///
/// - Shape: documents by file path, then in the file's order. `sources` holds the text of every file that was
///   read, for snippets. See `readDocuments` for what a file with errors returns.
package func loadDocuments(
  at roots: [String]
) -> (documents: [Document], sources: SourceCache, diagnostics: [Diagnostic]) {
  var (files, diagnostics) = readSpecTree(at: roots)
  var documents: [Document] = []
  var sources = SourceCache()
  var nodesLeft = SpecTreeLimits.nodes
  for file in files {
    guard nodesLeft > 0, diagnostics.count < SpecTreeLimits.errors else {
      diagnostics.append(unread(from: file.path))
      break
    }
    sources[file.path] = SourceText(file.bytes)
    let read = readDocuments(in: file.bytes, file: file.path, nodeLimit: nodesLeft)
    nodesLeft -= read.nodes
    if read.documents.isEmpty && read.diagnostics.isEmpty { diagnostics.append(empty(file.path)) }
    documents += read.documents
    diagnostics += read.diagnostics
  }
  if documents.isEmpty && !diagnostics.hasErrors { diagnostics.append(nothing(under: roots)) }
  return (documents, sources, diagnostics)
}

private func unread(from file: String) -> Diagnostic {
  Diagnostic(
    .tooManyErrors, message: "this file and those after it were not read, because of the errors before",
    at: .wholeFile(file))
}

private func empty(_ file: String) -> Diagnostic {
  Diagnostic(.emptyFile, .warning, message: "the file holds no document", at: .wholeFile(file))
}

private func nothing(under roots: [String]) -> Diagnostic {
  let places = roots.map { "`\($0)`" }.joined(separator: ", ")
  return Diagnostic(
    .noDocuments, message: "no documents are under \(places); an empty tree never means: remove all",
    hint: "name the directory of the specs with `-f`")
}
