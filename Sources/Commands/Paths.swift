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
