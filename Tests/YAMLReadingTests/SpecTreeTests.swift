import Diagnostics
import Glibc
import NativeClients
import Testing

private func names(_ tree: TemporaryTree, _ roots: [String]? = nil) -> [String] {
  readSpecTree(at: roots ?? [tree.root]).files.map { String($0.path.dropFirst(tree.root.count + 1)) }
}

private func faults(_ tree: TemporaryTree, _ roots: [String]? = nil) -> [String] {
  loadDocuments(at: roots ?? [tree.root]).diagnostics.sortedForDisplay().map {
    "\($0.code) \(($0.location?.file ?? "").dropFirst(tree.root.count + 1))"
  }
}

@Test func readsATreeInOrder() {
  let tree = TemporaryTree()
  tree.directory("sub")
  tree.directory(".git")
  for name in ["b.yaml", "a.yml", "sub/c.yaml", ".hidden.yaml", ".git/x.yaml", "notes.txt"] {
    tree.file(name, "a: 1\n")
  }
  #expect(names(tree) == ["a.yml", "b.yaml", "sub/c.yaml"])
  #expect(names(tree, [tree.root + "/", tree.root + "/b.yaml"]) == ["a.yml", "b.yaml", "sub/c.yaml"])
  #expect(names(tree, [tree.root + "/notes.txt"]) == ["notes.txt"])
  #expect(faults(tree) == [])
}

@Test func byteOrderMarkIsTakenOff() {
  let tree = TemporaryTree()
  tree.file("a.yaml", "\u{FEFF}a: 1\r\n\tb: 2\r\n")
  let loaded = loadDocuments(at: [tree.root])
  #expect(loaded.diagnostics.map(\.code) == [.tabIndentation])
  #expect(loaded.diagnostics.first?.location?.line == 2)
  #expect(
    renderDiagnostics(loaded.diagnostics, sources: loaded.sources).contains("    2 |     b: 2\n      | ^\n"))
}

@Test func linksWithinTheTreeAreFollowedOnce() {
  let tree = TemporaryTree()
  tree.directory("..data")
  tree.directory("sub")
  tree.file("..data/real.yaml", "a: 1\n")
  tree.file("sub/b.yaml", "a: 1\n")
  tree.link("a.yaml", to: "..data/real.yaml")
  tree.link("again.yaml", to: "a.yaml")
  tree.link("other", to: "sub")
  #expect(names(tree).count == 2)
  #expect(names(tree).last == "sub/b.yaml")
  #expect(faults(tree) == [])
}

@Test func refusesWhatIsNoFileOfTheTree() {
  let outside = TemporaryTree()
  outside.file("x.yaml", "a: 1\n")
  let tree = TemporaryTree()
  tree.file("good.yaml", "a: 1\n")
  tree.directory("sub")
  tree.pipe("pipe.yaml")
  tree.link("device.yaml", to: "/dev/null")
  tree.link("out.yaml", to: outside.root + "/x.yaml")
  tree.link("outdir", to: outside.root)
  tree.link("broken.yaml", to: "missing")
  tree.link("harmless", to: "missing")
  tree.link("sub/up", to: "..")
  tree.link("round.yaml", to: "round.yaml")
  #expect(
    faults(tree) == [
      "unreadableFile broken.yaml", "outsideTree device.yaml", "outsideTree out.yaml", "outsideTree outdir",
      "notRegularFile pipe.yaml", "linkLoop round.yaml", "linkLoop sub/up",
    ])
  #expect(names(tree) == ["good.yaml"])
  #expect(faults(tree, [tree.root + "/pipe.yaml"]) == ["notRegularFile pipe.yaml"])
  #expect(faults(tree, [tree.root + "/missing"]) == ["unreadableFile missing"])
}

@Test func socketsAndDevicesAreRefused() {
  #expect(loadDocuments(at: ["/dev/zero"]).diagnostics.map(\.code) == [.notRegularFile])
}

@Test func hugeFilesAreNotRead() {
  let tree = TemporaryTree()
  tree.file("good.yaml", "a: 1\n")
  tree.sparse("huge.yaml", bytes: 1 << 40)
  #expect(faults(tree) == ["fileTooLarge huge.yaml"])
}

@Test func anEmptyTreeIsAnError() {
  let tree = TemporaryTree()
  #expect(faults(tree) == ["emptyDirectory "])
  tree.file("notes.txt", "")
  #expect(faults(tree) == ["emptyDirectory "])
  tree.file("a.yaml", "# all gone\n")
  #expect(faults(tree) == ["noDocuments ", "emptyFile a.yaml"])
  tree.file("b.yaml", "a: 1\n")
  #expect(faults(tree) == ["emptyFile a.yaml"])
  #expect(loadDocuments(at: []).diagnostics.map(\.code) == [.noDocuments])
}

@Test func oneBadFileHidesNoOther() {
  let tree = TemporaryTree()
  tree.file("a.yaml", "a: [\n")
  tree.file("b.yaml", "b: 1\nb: 2\n")
  tree.file("c.yaml", "c: 1\n")
  #expect(faults(tree) == ["syntax a.yaml", "duplicateKey b.yaml"])
  #expect(loadDocuments(at: [tree.root]).documents.count == 2)
}

@Test func readingStopsAfterManyErrors() {
  let tree = TemporaryTree()
  for number in 100..<115 { tree.file("\(number).yaml", String(repeating: "- !t x\n", count: 200)) }
  let diagnostics = loadDocuments(at: [tree.root]).diagnostics
  #expect(diagnostics.count < SpecTreeLimits.errors + 110)
  #expect(diagnostics.last?.code == .tooManyErrors)
}

@Test func manyFilesTogetherHaveALimitOfValues() {
  let tree = TemporaryTree()
  let text = "[" + String(repeating: "a,", count: YAMLLimits.nodesPerFile - 10) + "]\n"
  for number in 1...3 { tree.file("\(number).yaml", text) }
  #expect(faults(tree) == ["tooManyNodes 3.yaml"])
}

@Test func namesThatAreNoUTF8AreRefused() {
  let tree = TemporaryTree()
  tree.file("good.yaml", "a: 1\n")
  let path = Array(tree.root.utf8) + [0x2F, 0xFF] + Array(".yaml".utf8) + [0]
  let descriptor = creat(path.map(CChar.init(bitPattern:)), 0o644)
  close(descriptor)
  #expect(faults(tree) == ["unreadableFile \u{FFFD}.yaml"])
  unlink(path.map(CChar.init(bitPattern:)))
}
