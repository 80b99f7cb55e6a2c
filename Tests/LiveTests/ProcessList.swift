import Foundation

/// The processes of this machine at one moment, as `/proc` tells them.
struct ProcessList {
  private var parents: [pid_t: pid_t] = [:]
  private var lines: [pid_t: String] = [:]

  static func read() throws -> ProcessList {
    var list = ProcessList()
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      guard let process = pid_t(name),
        let status = FileManager.default.contents(atPath: "/proc/\(name)/stat"),
        let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
      else { continue }
      // The fields after the name, which may hold anything, are the state and the parent.
      let fields = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
      guard fields.count > 1, let parent = pid_t(fields[1]) else { continue }
      list.parents[process] = parent
      list.lines[process] = String(decoding: line.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
    }
    return list
  }

  /// The command lines of a process and all that it started, and of those (daemons by now) that name a path. What other
  /// tests run at the same time is none of them.
  func lines(ofDescendantsOf ancestor: pid_t, orNaming path: String) -> Set<String> {
    Set(lines.filter { descends($0.key, from: ancestor) || $0.value.contains(path) }.values)
  }

  private func descends(_ process: pid_t, from ancestor: pid_t) -> Bool {
    var current: pid_t? = process
    while let process = current, process > 1 {
      if process == ancestor { return true }
      current = parents[process]
    }
    return false
  }
}
