/// The files of a new repository, as `holdfast init` writes them: a small whole example, to be changed.
package let starterFiles: [(path: String, text: String)] = [
  (
    "holdfast.yaml",
    """
    # yaml-language-server: $schema=holdfast.schema.json
    # The root of the repository. The number fixes what Holdfast is authoritative about; newer tools keep to it.
    language: 1

    # Where the record of runs is kept. Unset: under the state directory of whoever runs Holdfast.
    # journal: { directory: /var/lib/holdfast/journal }

    """
  ),
  ("holdfast.schema.json", jsonSchema()),
  (
    "specs/platforms.yaml",
    """
    # yaml-language-server: $schema=../holdfast.schema.json
    # A host of your own. Elsewhere its instances are skipped.
    kind: Platform
    name: here
    type: local
    hostname: db1.example.net     # what `hostname` prints on that host

    """
  ),
  (
    "specs/orders.yaml",
    """
    # yaml-language-server: $schema=../holdfast.schema.json
    kind: Instance
    name: orders
    platform: here
    engine: postgres
    version: 15
    local:
      port: 5433
      data_directory: /srv/pg/orders
      locale: C.UTF-8
    databases:
      orders:
        owner: orders_owner
        schemas:
          app: { owner: orders_owner }
    parameters: [small]           # later documents win
    backup: daily
    access: [orders]
    protect: true                 # Holdfast refuses to stop or remove it
    ---
    kind: Parameters
    name: small
    values:
      work_mem: 16MB
      log_min_duration_statement: 500ms
    ---
    kind: BackupPolicy
    name: daily
    retain: 14d
    full: { every: 7d, max_age: 8d }
    incremental: { every: 1d, max_age: 30h }
    local: { repository: /backup/orders }

    """
  ),
  (
    "specs/access.yaml",
    """
    # yaml-language-server: $schema=../holdfast.schema.json
    # Each role is complete: what is not written here is what CREATE ROLE gives, and more than that is taken back.
    kind: Access
    name: orders
    databases: [orders]
    roles:
      orders_owner: {}
      orders_rw: {}
      orders_ro: {}
      orders_app:
        login: true
        password: { env: ORDERS_APP_PASSWORD }
        member_of: [orders_rw]
      # alice: { login: true, member_of: [orders_ro], expires: 2027-01-31 }
      # bob: { state: absent, reassign_to: orders_owner }
    profiles:
      readwrite:
        schema: usage
        tables: [select, insert, update, delete]
        sequences: usage
    grants:
      - to: [orders_rw, orders_ro]
        database: orders
        privileges: connect
      - to: orders_rw
        in: orders.app
        profile: readwrite
        default_privileges_of: orders_owner
      - to: orders_ro
        in: orders.app
        schema: usage
        tables: select
        default_privileges_of: orders_owner

    """
  ),
]
