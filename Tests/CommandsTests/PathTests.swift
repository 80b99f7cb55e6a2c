import Testing

@testable import Commands

@Test(arguments: [
  ("/r/specs/a.yaml", "specs/a.yaml"), ("/r/x/../specs/./a.yaml", "specs/a.yaml"),
  ("/r/../s/a.yaml", "/s/a.yaml"),
  ("/rest/a.yaml", "/rest/a.yaml"), ("/../../r/a.yaml", "a.yaml"),
])
func aFileIsNamedFromTheRoot(file: String, name: String) {
  #expect(path(of: file, below: "/r") == name)
}

@Test func aRelativeFileIsFoundFromTheWorkingDirectory() {
  let here = currentDirectory()
  #expect(path(of: "specs/a.yaml", below: here) == "specs/a.yaml")
  #expect(path(of: "../specs/a.yaml", below: parent(of: here)) == "specs/a.yaml")
}
