import Diagnostics
import Glibc

/// Reads the spec files (`*.yaml`, `*.yml`) under the given roots, which are directories or files.
///
/// - Shape: sorted by path; each file once, however many roots and links lead to it. Hidden files and
///   directories are left out, so that those of editors and version control never count.
/// - Errors: diagnostics; what can be read is returned beside them.
package func readSpecTree(at roots: [String]) -> (files: [SpecFile], diagnostics: [Diagnostic]) {
  var reader = SpecTreeReader()
  for root in roots { reader.read(root: root) }
  return (reader.files.sorted { $0.path < $1.path }, reader.diagnostics)
}

private struct SpecTreeReader {
  private(set) var files: [SpecFile] = []
  private(set) var diagnostics: [Diagnostic] = []

  /// Canonical paths of the files and directories already visited.
  private var visited: Set<String> = []
  private var specsMet = 0
  private var entries = 0
  private var bytes = 0
  private var isFinished = false

  /// The canonical root of the tree in hand, and what is still to be visited in it.
  private var tree = ""
  private var directories: [Place] = []
  private var links: [Place] = []

  mutating func read(root: String) {
    do throws(SystemError) {
      let place = Place(root: root, path: try canonicalPath(root))
      switch try kind(of: place.path) {
      case .directory: readTree(place)
      case .file, .link: readFile(place)
      case .other(let what): reportNotRegular(what, place)
      }
    } catch {
      report(
        .unreadableFile, "this can't be read: \(error.text)", root, hint: "name a directory or file with `-f`"
      )
    }
  }

  /// Links come last, so that a file that is reached both ways is shown by its own name.
  private mutating func readTree(_ root: Place) {
    (tree, directories, links) = (root.path, [root], [])
    let before = specsMet
    while !isFinished {
      if let directory = directories.popLast() {
        list(directory)
      } else if let link = links.popLast() {
        follow(link)
      } else {
        break
      }
    }
    guard specsMet == before, !isFinished else { return }
    let message = "no specs (*.yaml, *.yml) are here; an empty directory never means: remove all"
    report(.emptyDirectory, message, root.shown, hint: "name the directory of the specs with `-f`")
  }

  private mutating func list(_ directory: Place) {
    guard visited.insert(directory.path).inserted else { return }
    do throws(SystemError) {
      let names = try names(in: directory.path)
      entries += names.count
      guard entries <= SpecTreeLimits.entries else {
        return stop("\(SpecTreeLimits.entries) entries", directory)
      }
      for name in names where !name.hasPrefix(".") && !isFinished { visit(directory.child(name)) }
    } catch {
      report(.unreadableFile, "the directory can't be read: \(error.text)", directory.shown)
    }
  }

  private mutating func visit(_ place: Place) {
    do throws(SystemError) {
      switch try kind(of: place.path) {
      case .directory: directories.append(place)
      case .link: links.append(place)
      case .file where place.isSpec: readFile(place)
      case .other(let what) where place.isSpec: reportNotRegular(what, place)
      case .file, .other: break
      }
    } catch {
      // A repaired name leads nowhere.
      let reason = place.path.contains("\u{FFFD}") ? "its name is not UTF-8" : error.text
      report(.unreadableFile, "this can't be read: \(reason)", place.shown)
    }
  }

  private mutating func follow(_ link: Place) {
    do throws(SystemError) {
      let target = Place(path: try canonicalPath(link.path), shown: link.shown)
      let kind = try kind(of: target.path)
      guard kind == .directory || link.isSpec else { return }
      guard target.path == tree || target.isBelow(tree) else {
        let hint = "copy it into the tree, or name it with another `-f`"
        return report(.outsideTree, "the symbolic link leads out of the tree", link.shown, hint: hint)
      }
      guard !link.isBelow(target.path) else {
        return report(
          .linkLoop, "the symbolic link leads to a directory that it is in", link.shown, hint: "remove it")
      }
      if kind == .directory { directories.append(target) } else { visit(target) }
    } catch {
      reportBroken(link, error)
    }
  }

  private mutating func reportBroken(_ link: Place, _ error: SystemError) {
    switch error.number {
    case ELOOP: report(.linkLoop, "the symbolic links lead in a circle", link.shown, hint: "remove it")
    case ENOENT where !link.isSpec: break
    default: report(.unreadableFile, "the symbolic link can't be followed: \(error.text)", link.shown)
    }
  }

  private mutating func readFile(_ place: Place) {
    specsMet += 1
    guard visited.insert(place.path).inserted else { return }
    do throws(ReadFailure) {
      let read = try readRegularFile(place.path, limit: YAMLLimits.fileBytes)
      bytes += read.count
      guard files.count < SpecTreeLimits.files else { return stop("\(SpecTreeLimits.files) specs", place) }
      guard bytes <= SpecTreeLimits.bytes else {
        return stop("\(SpecTreeLimits.bytes / 1024 / 1024) MiB", place)
      }
      files.append(SpecFile(path: place.shown, bytes: withoutByteOrderMark(read)))
    } catch {
      switch error {
      case .system(let error): report(.unreadableFile, "the file can't be read: \(error.text)", place.shown)
      case .notRegular(let what): reportNotRegular(what, place)
      case .tooLarge: diagnostics.append(tooLarge(place.shown))
      }
    }
  }

  private mutating func reportNotRegular(_ what: String, _ place: Place) {
    specsMet += 1
    report(.notRegularFile, "this is \(what), not a file", place.shown)
  }

  private mutating func stop(_ limit: String, _ place: Place) {
    isFinished = true
    let message = "there are more than \(limit) under this root"
    report(.treeTooLarge, message, place.shown, hint: "name the directory of the specs with `-f`")
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ shown: String, hint: String? = nil
  ) {
    diagnostics.append(Diagnostic(code, message: message, at: .wholeFile(shown), hint: hint))
  }
}

/// Where something lies, and what the user calls it.
private struct Place {
  let path: String
  let shown: String

  init(path: String, shown: String) {
    self.path = path
    self.shown = shown
  }

  init(root: String, path: String) {
    self.init(path: path, shown: root)
  }

  var isSpec: Bool { shown.hasSuffix(".yaml") || shown.hasSuffix(".yml") }

  func child(_ name: String) -> Place {
    let above = shown == "." || shown == "./" ? "" : shown.hasSuffix("/") ? shown : shown + "/"
    return Place(path: path == "/" ? "/" + name : path + "/" + name, shown: above + name)
  }

  func isBelow(_ directory: String) -> Bool {
    path.hasPrefix(directory == "/" ? "/" : directory + "/")
  }
}

private func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
  bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
}
