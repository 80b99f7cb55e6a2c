import Testing

@testable import Commands

@Test(arguments: [
  (["apply", "-f", "a/b.yaml"], "holdfast apply -f a/b.yaml"),
  (["apply", "-f", "my specs"], "holdfast apply -f 'my specs'"),
  (
    ["plan", "--only", "instance/a/access/role/$(id)"], "holdfast plan --only 'instance/a/access/role/$(id)'"
  ),
  (["apply", "it's"], "holdfast apply 'it'\\''s'"),
  (["apply", ""], "holdfast apply ''"),
  (["apply", "~/plan"], "holdfast apply '~/plan'"),
])
func aShellReadsTheWordsAsTheyAre(words: [String], text: String) {
  #expect(PastableCommand().adding(words).text == text)
}
