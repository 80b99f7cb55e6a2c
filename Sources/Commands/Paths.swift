import Glibc

/// The directory of a path.
func parent(of path: String) -> String {
  let cut = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
  return cut.isEmpty ? "/" : String(cut)
}

/// The working directory of the process; `/` where it has gone.
func currentDirectory() -> String {
  guard let path = getcwd(nil, 0) else { return "/" }
  defer { free(path) }
  return String(cString: path)
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// The path as it is from `root` on; absolute where it leads elsewhere. Only the text is looked at.
func path(of file: String, below root: String) -> String {
  var parts: [Substring] = []
  for part in (file.hasPrefix("/") ? file : currentDirectory() + "/" + file).split(separator: "/")
  where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  let top = root.split(separator: "/")
  guard parts.starts(with: top) else { return "/" + parts.joined(separator: "/") }
  return parts.dropFirst(top.count).joined(separator: "/")
}
