import Model
import Planner
import SQL
import Testing

@testable import PlatformLocal

struct BackupFileTests {
  private func file(cipher: SecretRef? = .file(path: "/etc/holdfast/cipher")) -> BackupFile {
    BackupFile(
      instance: Samples.instance(), configuration: Samples.backup(cipher: cipher).configuration,
      user: "postgres")
  }

  @Test func theFileHoldsEveryOption() {
    let text = file().text(secret: Secret("hush"))
    #expect(
      text == """
        # instance/orders, written whole by Holdfast from its specs: what is changed here is lost.
        [global]
        repo1-path=/backup/orders
        repo1-retention-full-type=time
        repo1-retention-full=35
        repo1-cipher-type=aes-256-cbc
        repo1-cipher-pass=hush
        log-path=/srv/pg/orders.holdfast/log
        lock-path=/srv/pg/orders.holdfast/lock-pgbackrest
        spool-path=/srv/pg/orders.holdfast/spool
        log-level-console=warn
        log-level-file=detail
        process-max=2
        start-fast=y
        compress-type=zst
        archive-async=y
        archive-timeout=120

        [orders]
        pg1-path=/srv/pg/orders
        pg1-port=5433
        pg1-socket-path=/srv/pg/orders.holdfast/sock
        pg1-user=postgres

        """)
    #expect(file().text(secret: nil) == nil)
  }

  @Test(arguments: [
    ("hush", String?("hush"), BackupState.File.matches, FoundBackupFile.Cipher.same),
    ("loud", "hush", .differs, .differs),
    ("hush", String?.none, .matches, .unknown),
  ])
  func theSecretIsComparedAndNeverShown(
    written: String, resolved: String?, state: BackupState.File, cipher: FoundBackupFile.Cipher
  ) throws {
    let text = try #require(file().text(secret: Secret(written)))
    let found = FoundBackupFile(found: text, wanted: file(), secret: resolved.map(Secret.init))
    #expect(found.state == state)
    #expect(found.cipher == cipher)
    #expect(!found.shown.contains(written))
    #expect(found.shown.contains("repo1-path=/backup/orders"))
  }

  @Test func anotherLineDiffers() throws {
    let text = try #require(file(cipher: nil).text(secret: nil)) + "compress-typo=1\n"
    #expect(FoundBackupFile(found: text, wanted: file(cipher: nil), secret: nil).state == .differs)
    #expect(FoundBackupFile(found: text, wanted: file(), secret: nil).cipher == .differs)
  }

  @Test(arguments: [("1d", 1), ("25h", 2), ("35d", 35), ("1s", 1)])
  func retentionIsWholeDays(text: String, days: Int) throws {
    #expect(BackupFile.days(try #require(TimeSpan(text))) == days)
  }
}
