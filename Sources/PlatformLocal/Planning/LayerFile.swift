import Model
import Planner

/// `holdfast.conf`, written whole from the layer.
func layerFile(_ layer: [String: String], of instance: DesiredInstance) -> String {
  let head =
    "# \(instance.address), written whole by Holdfast from its specs: what is changed here is lost.\n"
  return head
    + layer.sorted { $0.key < $1.key }.map { ConfigurationText.line($0.key, $0.value) + "\n" }.joined()
}

/// The line that has to be the last one of the main file. Where that file isn't in the data directory, as on Debian, a
/// bare name would be looked for beside it.
func includeLine(mainFile: String, _ paths: LocalPaths) -> String {
  let name = mainFile == paths.mainConfiguration ? "holdfast.conf" : paths.layer
  return ConfigurationText.line("include_if_exists", name)
}

/// Whether the layer is the last word of the main file.
func includesLayer(_ mainFileText: String, _ paths: LocalPaths) -> Bool {
  guard let last = ConfigurationText.lastEntry(in: mainFileText) else { return false }
  return ["include", "include_if_exists"].contains(last.name)
    && ["holdfast.conf", paths.layer].contains(last.value)
}
