import Model

/// What the server's own layer says, as the values of a `Parameters` document.
struct ServerParameters {
  private(set) var values = YAMLMapping(.block)
  private(set) var unsaid = Unsaid()

  init(of server: ImportedServer) {
    let observed = server.observed
    let type: PlatformType = server.local == nil ? .server : .local
    for (name, value) in observed.layer.sorted(by: { $0.key < $1.key }) {
      // On this host the layer also says what other fields of the instance do.
      if type == .local, reservedParameter(name.lowercased(), on: type) != nil { continue }
      if let fault = SettingText.fault(inLayer: name, value, observed, on: type) {
        unsaid.add("parameters that \(fault)", name)
      } else {
        values.add(name, writtenParameter(value, of: name, observed.definition(of: name)))
      }
    }
  }
}
