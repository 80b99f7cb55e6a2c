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
  for file in files {
    sources[file.path] = SourceText(file.bytes)
    let read = readDocuments(in: file.bytes, file: file.path)
    if read.documents.isEmpty && read.diagnostics.isEmpty { diagnostics.append(empty(file.path)) }
    documents += read.documents
    diagnostics += read.diagnostics
  }
  if documents.isEmpty && !diagnostics.hasErrors { diagnostics.append(nothing(under: roots)) }
  return (documents, sources, diagnostics)
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
