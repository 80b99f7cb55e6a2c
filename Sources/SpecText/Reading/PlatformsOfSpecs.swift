import Model
import YAML

/// The platforms that documents declare, by name, whether an instance lives on them or not. What is wrong with one of them
/// is among the diagnostics of `readSpecs`.
package func platforms(of documents: [Document]) -> [DesiredPlatform] {
  var reader = SpecReader(documents)
  reader.readAll()
  return reader.platforms.values.map(\.value).sorted { $0.name < $1.name }
}
